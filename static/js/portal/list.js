// Sends what waits on this phone and says what does; on the page without signal it lists the sessions that are kept.
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const offline = document.querySelector("[data-offline]");

  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  const inWords = (day) => new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });

  const counted = (kept) => {
    const mornings = kept.filter((one) => one.told.morning_of).length;
    const counts = [[kept.length - mornings, "session"], [mornings, "morning"]];
    return counts.filter(([n]) => n).map(([n, word]) => plural(n, word)).join(" and ");
  };

  portal.showUnsent = async (state = "") => {
    const place = document.querySelector("[data-unsent-logs]");
    if (!place) return;
    const kept = await phone.queue();
    const { version } = (await phone.fact("coming")) || {};
    const waiting = kept.filter((one) => !one.refused);
    const them = waiting.length === 1 ? "it is" : "they are";
    const because = {
      sending: "Sending…",
      "signed-out": `Sign in again, and ${them} sent.`,
    }[state] || `${them[0].toUpperCase()}${them.slice(1)} sent when there is signal.`;
    place.hidden = !kept.length;
    place.querySelector("[data-unsent-words]").textContent = waiting.length ? `${counted(waiting)} not sent yet. ${because}` : "";
    place.querySelector("[data-unsent-list]").replaceChildren(...kept.map((one) => line(one, version)));
  };

  const said = ({ told }) => {
    if (told.morning_of) return `The morning after ${inWords(told.on_day)}: pain ${told.pain} out of 10. `;
    const done = told.entries.filter((entry) => entry.said === "done").length;
    return `${inWords(told.on_day)}: ${plural(done, "exercise")}, pain ${told.pain_during} out of 10. `;
  };

  // A refused session whose program is still the same goes back to its form, with everything that was told.
  portal.leadsToCorrect = (link, one, version) => {
    if (typeof one.at !== "string" || !one.kept || one.told.version !== version) return false;
    link.href = `${portal.urls.scope}session/?day=${one.kept.day}&kept=${one.key}`;
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      await phone.correct(one);
      location.assign(link.href);
    });
    return true;
  };

  const REMOVE = "Remove it from this phone? It was not stored, and nobody else has it.";

  // What was sent since the last page, said once.
  const showSent = async () => {
    const [place, sent] = [document.querySelector("[data-sent]"), (await phone.fact("sent")) || []];
    if (!place || !sent.length) return;
    place.hidden = false;
    place.querySelector("span").textContent = sent.map(inShort).join(" ");
    await phone.setFact("sent", []);
  };

  const inShort = (told) => {
    const weekday = new Date(`${told.on_day}T12:00`).toLocaleDateString("en-GB", { weekday: "long" });
    if (told.morning_of) return `Sent: the morning after ${weekday}, pain ${told.pain}.`;
    return `Sent: ${weekday}, ${plural(told.done, "exercise")}, pain ${told.pain_during}.`;
  };

  const line = (one, version) => {
    const item = document.createElement("li");
    item.append(said(one));
    if (one.told.note) item.append(`“${one.told.note}” `);
    if (!one.refused) return item;
    item.append(Object.assign(document.createElement("strong"), { textContent: `Not stored: ${one.refused} ` }));
    const away = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary", textContent: "Remove from this phone" });
    away.addEventListener("click", async () => {
      if (!window.confirm(REMOVE)) return;
      await phone.remove(one.n);
      portal.showUnsent();
    });
    const correct = Object.assign(document.createElement("a"), { className: "btn btn-primary", textContent: "Correct it" });
    if (portal.leadsToCorrect(correct, one, version)) item.append(correct, " ");
    item.append(away);
    return item;
  };

  const whyStopped = ({ morning }) => (morning ? "Your leg felt clearly worse than usual the next morning." : "You told us of strong pain, or of a warning sign.");

  // A stop the clinic does not know of yet holds on the page all the same.
  const showStopped = async () => {
    const stopped = await phone.fact("stopped");
    if (!stopped) return;
    if (offline) return void drawList(await phone.coming(), stopped);
    document.querySelectorAll("[data-unless-stopped]").forEach((one) => { one.hidden = true; });
    document.querySelectorAll("[data-phone-stop]").forEach((one) => one.replaceWith(one.content));
    document.querySelector("[data-unsent-words]")?.append(` ${whyStopped(stopped)} Rest, and ring us first.`);
  };

  const send = async () => {
    const { state, sent } = await phone.send(portal.urls);
    await portal.showUnsent(state);
    await showStopped();
    if (offline && state !== "offline") return location.reload(); // there is signal: the real page
    if (sent.length && !offline && location.pathname === portal.urls.scope) return location.reload();
    return showSent();
  };
  // Somebody may sign out meanwhile: then there is nothing left to send.
  portal.sendWaiting = () => send().catch(() => {});

  // ---------- without signal ----------

  const drawList = (coming, stopped) => {
    const show = (name) => { offline.querySelector(`[data-offline-${name}]`).hidden = false; };
    if (!coming) return show("none");
    const rest = coming.rest && (!coming.rest.until || portal.localDay() < coming.rest.until) ? coming.rest : null;
    if (stopped || rest) {
      offline.querySelector("[data-offline-words]").textContent = rest ? (rest.stop ? "" : rest.words) : whyStopped(stopped);
      offline.querySelector("[data-offline-lead]").hidden = true;
      offline.querySelector("[data-offline-list]").hidden = true;
      return show("stop");
    }
    show("list");
    const ahead = coming.sessions.filter((one) => one.on_day >= portal.localDay());
    return offline.querySelector("[data-sessions]").replaceChildren(...ahead.map((one, at) => entry(one, ahead[at - 1])));
  };

  const entry = (one, before) => {
    const item = Object.assign(document.createElement("li"), { className: "card-sheet" });
    const today = one.on_day === portal.localDay();
    const words = one.steps.length ? `${plural(one.steps.length, "exercise")}, ${(one.time || `About ${one.minutes} minutes`).replace("About", "about")}` : "No exercises";
    item.append(Object.assign(document.createElement("h3"), { textContent: today ? `Today, ${one.date}` : one.date }));
    item.append(Object.assign(document.createElement("p"), { textContent: `${one.run}. ${words}.` }));
    // Said once for the days of one week.
    if (one.lighter && !(before && before.lighter === one.lighter)) item.append(Object.assign(document.createElement("p"), { textContent: one.lighter }));
    if (!one.steps.length && !one.runs) return item;
    const start = Object.assign(document.createElement("a"), { href: `${portal.urls.scope}session/?day=${one.day}`, textContent: "Start" });
    start.className = today ? "btn btn-primary btn-start" : "btn btn-secondary";
    if (!today) start.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: `: ${one.date}` }));
    item.append(start);
    return item;
  };

  const withoutSignal = async () => {
    const [coming, stopped] = [await phone.coming(), await phone.fact("stopped")];
    const asked = new URLSearchParams(location.search).get("day");
    const wanted = coming && coming.sessions.find((one) => (asked ? one.day === asked : one.on_day === portal.localDay()));
    const resting = stopped || (coming && coming.rest && (!coming.rest.until || portal.localDay() < coming.rest.until));
    if (location.pathname.endsWith("/session/") && wanted && (!resting || portal.corrected())) {
      offline.hidden = true;
      return portal.play({ ...coming, session: wanted });
    }
    await portal.showMorning(coming);
    return drawList(coming, stopped);
  };

  const begin = async () => {
    if (portal.who) await phone.belongsTo(portal.who);
    await portal.showUnsent();
    if (!offline) await showSent();
    await portal.showMorning();
    if (offline) await withoutSignal();
    if (!offline || navigator.onLine) await send();
  };

  window.addEventListener("online", portal.sendWaiting);
  begin().catch(() => { /* this phone keeps nothing: the pages work with signal */ });
})();
