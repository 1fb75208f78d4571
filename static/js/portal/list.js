// Sends what waits on this phone and says what does; on the page without signal it lists the sessions that are kept.
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const offline = document.querySelector("[data-offline]");

  const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

  const inWords = (day) => new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });

  portal.showUnsent = async (state = "") => {
    const place = document.querySelector("[data-unsent-logs]");
    if (!place) return;
    const kept = await phone.queue();
    const waiting = kept.filter((one) => !one.refused).length;
    place.hidden = !kept.length;
    const because = state === "signed-out" ? "Sign in again, and it is sent." : "It is sent when there is signal.";
    place.querySelector("[data-unsent-words]").textContent = waiting ? `${plural(waiting, "session")} not sent yet. ${because}` : "";
    place.querySelector("[data-unsent-list]").replaceChildren(...kept.map(line));
  };

  const line = (one) => {
    const item = document.createElement("li");
    const pain = `pain ${one.told.pain_during} out of 10`;
    item.append(`${inWords(one.told.on_day)}: ${plural(one.told.entries.filter((entry) => entry.said === "done").length, "exercise")}, ${pain}. `);
    if (one.told.note) item.append(`“${one.told.note}” `);
    if (!one.refused) return item;
    item.append(Object.assign(document.createElement("strong"), { textContent: `Not stored: ${one.refused} ` }));
    const away = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary", textContent: "Remove from this phone" });
    away.addEventListener("click", async () => {
      await phone.remove(one.n);
      portal.showUnsent();
    });
    item.append(away);
    return item;
  };

  const send = async () => {
    const { state, sent } = await phone.send(portal.urls);
    await portal.showUnsent(state);
    // A stop the clinic does not know of yet holds on today's page too.
    if (await phone.fact("stopped")) {
      document.querySelectorAll(".btn-start").forEach((one) => { one.hidden = true; });
      document.querySelector("[data-unsent-words]")?.append(" You told us of strong pain or a warning sign: rest, and ring us first.");
    }
    if (offline && state !== "offline") return location.reload(); // there is signal: the real page
    if (sent.length && !offline && location.pathname === portal.urls.scope) location.reload();
  };

  // ---------- without signal ----------

  const localDay = () => {
    const now = new Date();
    return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  };

  const drawList = async (coming, stopped) => {
    const show = (name) => { offline.querySelector(`[data-offline-${name}]`).hidden = false; };
    if (!coming) return show("none");
    const rest = coming.rest && (!coming.rest.until || localDay() < coming.rest.until) ? coming.rest : null;
    if (stopped || rest) {
      offline.querySelector("[data-offline-words]").textContent = rest ? rest.words : "You told us of strong pain, or of a warning sign.";
      show("stop");
    }
    show("list");
    const ahead = coming.sessions.filter((one) => one.on_day >= localDay());
    offline.querySelector("[data-sessions]").replaceChildren(...ahead.map((one) => entry(one, Boolean(stopped || rest))));
  };

  const entry = (one, stopped) => {
    const item = Object.assign(document.createElement("li"), { className: "card-sheet" });
    const today = one.on_day === localDay();
    const words = one.steps.length ? `${plural(one.steps.length, "exercise")}, about ${one.minutes} minutes` : "No exercises";
    item.append(Object.assign(document.createElement("h3"), { textContent: today ? `Today, ${one.date}` : one.date }));
    item.append(Object.assign(document.createElement("p"), { textContent: stopped ? "Stop: ring the clinic first." : `${one.run}. ${words}.` }));
    if (stopped || (!one.steps.length && !one.runs)) return item;
    const start = Object.assign(document.createElement("a"), { href: `${portal.urls.scope}session/?day=${one.day}`, textContent: "Start" });
    start.className = today ? "btn btn-primary btn-start" : "btn btn-secondary";
    if (!today) start.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: `: ${one.date}` }));
    item.append(start);
    return item;
  };

  const withoutSignal = async () => {
    const [coming, stopped] = [await phone.coming(), await phone.fact("stopped")];
    const asked = new URLSearchParams(location.search).get("day");
    const wanted = coming && coming.sessions.find((one) => (asked ? one.day === asked : one.on_day === localDay()));
    const resting = stopped || (coming && coming.rest && (!coming.rest.until || localDay() < coming.rest.until));
    if (location.pathname.endsWith("/session/") && wanted && !resting) {
      offline.hidden = true;
      return portal.play({ ...coming, session: wanted });
    }
    return drawList(coming, stopped);
  };

  const begin = async () => {
    if (portal.who) await phone.belongsTo(portal.who);
    await portal.showUnsent();
    if (offline) await withoutSignal();
    if (!offline || navigator.onLine) await send();
  };

  window.addEventListener("online", send);
  begin().catch(() => { /* this phone keeps nothing: the pages work with signal */ });
})();
