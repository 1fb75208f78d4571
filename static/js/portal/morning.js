// The question after a session: how did the leg feel the next morning. It is told on this phone first, kept, and sent
// after its session, now or when there is signal. Without this file today's page asks it as a form.
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const form = document.querySelector("[data-morning]");

  const dayBefore = (day, count = 1) => {
    const at = new Date(`${day}T12:00`);
    at.setDate(at.getDate() - count);
    return portal.localDay(at);
  };

  const inWords = (day) => new Date(`${day}T12:00`).toLocaleDateString("en-GB", { weekday: "long", day: "numeric", month: "long" });

  const isTold = (key, queue) => queue.some((one) => one.told.morning_of === key && !one.refused);

  // The session whose morning is asked for: the last before today, of those the clinic has and those that wait here;
  // null when it was told, or is too long ago. The clinic's own rule is programs/portal/mornings.py.
  portal.morningAsked = ({ days, sessions }, queue, today) => {
    const known = new Set(sessions.map((one) => one.key));
    const waiting = queue.filter((one) => one.told.client_key && !one.refused && !known.has(one.key));
    const all = [...sessions, ...waiting.map((one) => ({ key: one.key, on_day: one.told.on_day, told: false }))];
    const before = all.filter((one) => one.on_day < today);
    const last = before.reduce((best, one) => (best && best.on_day > one.on_day ? best : one), null);
    if (!last || last.told || isTold(last.key, queue) || last.on_day < dayBefore(today, days)) return null;
    return last;
  };

  const ask = ({ key, on_day }) => {
    const fresh = on_day === dayBefore(portal.localDay());
    form.dataset.morning = key;
    form.dataset.onDay = on_day;
    form.querySelector("[data-morning-asks]").textContent = `How did the leg feel ${fresh ? "this morning" : "the next morning"}?`;
    form.querySelector("[data-morning-after]").textContent = fresh ? "" : `After your session of ${inWords(on_day)}.`;
    form.hidden = false;
  };

  // Told once: the page of a morning that still waits here asks no more, and the page without signal asks by what it keeps.
  portal.showMorning = async (coming = null) => {
    if (!form) return;
    const queue = await phone.queue();
    if (form.dataset.morning) {
      form.hidden = isTold(form.dataset.morning, queue);
      return;
    }
    const asked = coming && coming.mornings && portal.morningAsked(coming.mornings, queue, portal.localDay());
    if (asked) ask(asked);
  };

  const keep = async (pain) => {
    const coming = await phone.coming();
    const { morning, onDay } = form.dataset;
    const who = portal.who || coming.who;
    const stops = Boolean(coming) && portal.stops({ morning: pain }, coming.rules);
    // No exercises, for scripts that a phone kept from before mornings waited in its queue.
    await phone.addMorning({ who, morning_of: morning, on_day: onDay, pain, entries: [] }, inWords(onDay), stops);
    await phone.askToSend();
  };

  let plainly = false; // this phone keeps nothing: the form goes its own way

  const tell = async (event) => {
    if (plainly || !event.submitter) return;
    event.preventDefault();
    try {
      await keep(Number(event.submitter.value));
    } catch {
      plainly = true;
      form.requestSubmit(event.submitter);
      return;
    }
    form.hidden = true;
    await portal.showUnsent("sending");
    document.querySelector("[data-unsent-logs] h2").focus();
    await portal.sendWaiting();
  };

  if (form) form.addEventListener("submit", tell);
})();
