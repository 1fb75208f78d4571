// Plays a session, one thing at a time. Every answer is kept on the phone as it is given; the finished session goes into
// the queue (phone.js) and from there to the clinic, now or when there is signal. Without this file the form works.
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const root = document.querySelector("[data-player]");
  const part = (name) => root.querySelector(`[data-${name}]`);
  const view = (name) => root.querySelector(`[data-view="${name}"]`);
  const field = (name) => view("end").elements[name] || root.querySelector(`[name="${name}"]`);

  const localDay = (at = new Date()) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  // `given`: what portal:coming says of everybody's rules, with one `session`; `today` the day to log it for.
  portal.play = async (given, today = localDay()) => {
    const { session, rules } = given;
    const name = `${session.day}.${today}.${given.version}`;
    const fresh = { key: newKey(), entries: {}, run: {}, end: { symptoms: [], on_day: today }, made: Date.now() };
    const kept = await phone.draft(name);
    const told = kept || fresh;
    const before = session.steps.filter((one) => !one.after_run && one.moment);
    const order = [
      ...before,
      ...(session.runs ? ["run"] : []),
      ...session.steps.filter((one) => !one.after_run && !one.moment),
      ...session.steps.filter((one) => one.after_run),
      "end",
    ];
    let at = -1;
    let sending = false;

    const changed = () => phone.setDraft(name, told);
    const answersOf = (step) => (told.entries[step.id] = told.entries[step.id] || { said: "", why: "", pain: null, sets: 0, instead: null });

    // The stop rule, at once and without signal: the worst pain told so far, and every sign.
    const judge = () => {
      const pains = [...Object.values(told.entries).map((one) => one.pain), told.end.pain_during].filter((n) => typeof n === "number");
      const stops = portal.stops({ pain: pains.length ? Math.max(...pains) : null, signs: told.end.symptoms }, rules);
      if (stops && part("stop").hidden) {
        part("stop").hidden = false;
        part("stop").scrollIntoView({ block: "start" });
      } else if (!stops) {
        part("stop").hidden = true;
      }
      part("to-end").hidden = order[at] === "end";
      return stops;
    };

    const steps = portal.steps(root, {
      answers: () => answersOf(order[at]),
      changed,
      onward: () => go(at + 1),
      hurts: judge,
      painWords: given.pain.short,
      figures: given.figures,
    });

    // ---------- one step after another; the browser's back and forward do the same ----------

    const go = (to) => { location.hash = String(Math.min(Math.max(to, 0), order.length - 1) + 1); };

    const show = (to, focus = true) => {
      steps.leave();
      at = to;
      const step = order[at];
      const kind = typeof step === "string" ? step : "exercise";
      ["exercise", "run", "end", "kept"].forEach((one) => { view(one).hidden = one !== kind; });
      part("count").textContent = kind === "end" ? "Last page" : `${at + 1} of ${order.length - 1}`;
      part("progress").max = order.length;
      part("progress").value = at + (kind === "end" ? 1 : 0);
      part("back").hidden = at === 0;
      if (kind === "exercise") steps.show(step);
      if (kind === "run") showRun();
      if (kind === "end") showEnd();
      judge();
      if (!focus) return;
      window.scrollTo(0, 0);
      view(kind).querySelector("h2").focus({ preventScroll: true });
    };

    const fromAddress = () => {
      const number = Number(location.hash.slice(1));
      return Number.isInteger(number) && number >= 1 && number <= order.length ? number - 1 : 0;
    };
    window.addEventListener("hashchange", () => { if (view("kept").hidden) show(fromAddress()); });
    part("back").addEventListener("click", () => go(at - 1));
    part("to-end").addEventListener("click", () => go(order.length - 1));

    // ---------- the run ----------

    // The planned minutes stand in the field to be seen and changed; nothing counts before "Done".
    const showRun = () => {
      part("run").textContent = session.run;
      part("stage").textContent = session.stage;
      part("run-mistake").textContent = "";
      view("run").querySelector("[data-pain]").textContent = `Stop when: ${session.run_stop || given.pain.stop}`;
      field("run_minutes").value = told.run.minutes ?? session.run_minutes ?? "";
      field("run_km").value = told.run.km ?? session.run_km ?? "";
    };
    part("ran").addEventListener("click", () => {
      const [minutes, km] = [field("run_minutes").value.trim(), field("run_km").value.trim()];
      if (!minutes && !km) {
        part("run-mistake").textContent = "Enter how long or how far you ran, about.";
        return field("run_minutes").focus();
      }
      told.run = { minutes, km };
      changed();
      return go(at + 1);
    });
    part("not-ran").addEventListener("click", () => { told.run = {}; changed(); go(at + 1); });

    // ---------- the end ----------

    const counted = () => {
      const entries = Object.values(told.entries);
      return [entries.filter((one) => one.said === "done").length, entries.filter((one) => one.said === "could_not").length];
    };

    const showEnd = () => {
      const [done, not] = counted();
      part("summary").textContent = `${done} of ${session.steps.length} exercises done${not ? `, ${not} not possible` : ""}.`;
      const form = view("end");
      form.querySelectorAll("[name=pain_during]").forEach((one) => { one.checked = one.value === String(told.end.pain_during); });
      form.querySelectorAll("[name=effort]").forEach((one) => { one.checked = one.value === String(told.end.effort); });
      form.querySelectorAll("[name=symptoms]").forEach((one) => { one.checked = told.end.symptoms.includes(one.value); });
      field("note").value = told.end.note || "";
      field("on_day").value = told.end.on_day;
      field("on_day").max = today;
    };

    const number = (name) => {
      const picked = view("end").querySelector(`[name=${name}]:checked`);
      return picked ? Number(picked.value) : undefined;
    };
    view("end").addEventListener("input", () => {
      told.end = {
        pain_during: number("pain_during"),
        effort: number("effort"),
        symptoms: [...view("end").querySelectorAll("[name=symptoms]:checked")].map((one) => one.value),
        note: field("note").value,
        on_day: field("on_day").value,
      };
      changed();
      judge();
    });

    const ran = () => told.run.minutes || told.run.km;
    const mistake = () => {
      const [done, not] = counted();
      if (told.end.pain_during === undefined) return ["Choose how much it hurt, from 0 (no pain) to 10 (worst pain).", "pain_during"];
      // The clinic's own today counts too: the clock of a phone may be days behind.
      const latest = [today, localDay(new Date(Date.now() + 24 * 3600 * 1000))].sort()[1];
      if (!told.end.on_day || told.end.on_day > latest) return ["Choose today or a day before it.", "on_day"];
      if (!done && !not && !ran() && !told.end.symptoms.length) return ["Say of at least one exercise that you did it or could not do it.", ""];
      return null;
    };

    const payload = () => ({
      who: given.who,
      version: given.version,
      client_key: told.key,
      told_at: new Date().toISOString(),
      ...told.end,
      effort: told.end.effort ?? null,
      note: told.end.note || "",
      run_minutes: told.run.minutes || null,
      run_km: told.run.km || null,
      entries: session.steps.map(({ id }) => ({ id, said: "", ...told.entries[id] })),
    });

    view("end").addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = mistake();
      part("mistake").textContent = wrong ? wrong[0] : "";
      if (wrong) {
        const first = wrong[1] && view("end").querySelector(`[name=${wrong[1]}]`);
        return first && first.focus();
      }
      if (sending) return;
      sending = true;
      const stops = judge();
      await phone.add(payload(), session.date, name, stops);
      const registration = navigator.serviceWorker && (await navigator.serviceWorker.getRegistration());
      if (registration && registration.sync) registration.sync.register("send").catch(() => { /* sent by the next page */ });
      await finish(stops);
    });

    const finish = async (stops) => {
      portal.asleep();
      ["exercise", "run", "end"].forEach((one) => { view(one).hidden = true; });
      part("back").hidden = true;
      part("count").textContent = "Finished";
      view("kept").hidden = false;
      part("stop").hidden = !stops;
      part("to-end").hidden = true;
      part("kept-words").textContent = "Sending…";
      view("kept").querySelector("h2").focus();
      const result = await phone.send(portal.urls);
      const ours = result.sent.find((one) => one.key === told.key);
      if (ours) return location.replace(ours.url);
      const left = (await phone.queue()).find((one) => one.key === told.key);
      part("kept-words").textContent = left && left.refused
        ? left.refused
        : result.state === "signed-out"
          ? "You were signed out. Sign in again, and it is sent."
          : "There is no signal. It is sent when there is signal again. You need not do anything.";
      if (portal.showUnsent) portal.showUnsent();
    };

    document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
    root.hidden = false;
    portal.awake();
    document.addEventListener("visibilitychange", () => { if (view("kept").hidden) portal.awake(); });
    show(fromAddress(), false);
  };

  // The page with signal brings its session with it. A phone that cannot keep anything shows the form instead.
  const here = document.getElementById("played");
  if (here) {
    const given = JSON.parse(here.textContent);
    const begin = async () => {
      await phone.belongsTo(given.who);
      if (!(await phone.fact("stopped"))) return portal.play(given, given.today);
      // A stop that the clinic may not know of yet: send it, and let the clinic's page say what holds.
      if ((await phone.send(portal.urls)).state === "online") return location.reload();
      document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
      root.hidden = false;
      part("stop").hidden = false;
      ["to-end", "back"].forEach((one) => { part(one).hidden = true; });
    };
    begin().catch(() => {
      root.hidden = true;
      document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = false; });
    });
  }
})();
