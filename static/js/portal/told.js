// What is told of one session: kept on the phone as it is given, judged by the stop rule, checked, and written down as
// the clinic takes it (portal:send).
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const A_DAY = 24 * 3600 * 1000;

  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };

  const unanswered = () => ({ said: "", why: "", pain: null, sets: 0, instead: null });

  const counted = (told) => {
    const said = Object.values(told.entries).map((one) => one.said);
    return { done: said.filter((one) => one === "done").length, not: said.filter((one) => one === "could_not").length };
  };

  // The worst pain told so far, of an exercise or of the whole session; null when none was told.
  const worstPain = (told) => {
    const pains = [...Object.values(told.entries).map((one) => one.pain), told.end.pain_during].filter((n) => typeof n === "number");
    return pains.length ? Math.max(...pains) : null;
  };

  // What keeps it from being logged, and the field it is said at; null when nothing does.
  const mistake = (told, today) => {
    const { done, not } = counted(told);
    if (told.end.pain_during === undefined) return { words: "Choose how much it hurt, from 0 (no pain) to 10 (worst pain).", at: "pain_during" };
    // The clinic's own today counts too: the clock of a phone may be days behind.
    const latest = [today, portal.localDay(new Date(Date.now() + A_DAY))].sort()[1];
    if (!told.end.on_day || told.end.on_day > latest) return { words: "Choose today or a day before it.", at: "on_day" };
    const ran = told.run.minutes || told.run.km;
    if (!done && !not && !ran && !told.end.symptoms.length) return { words: "Say of at least one exercise that you did it or could not do it.", at: "" };
    return null;
  };

  const payload = (told, given) => ({
    who: given.who,
    version: given.version,
    client_key: told.key,
    told_at: new Date().toISOString(),
    ...told.end,
    effort: told.end.effort ?? null,
    note: told.end.note || "",
    run_minutes: told.run.minutes || null,
    run_km: told.run.km || null,
    entries: given.session.steps.map(({ id }) => ({ id, said: "", ...told.entries[id] })),
  });

  // The newest session that was logged of the same day, here or at the clinic: {at, pain}; undefined where there is none.
  const loggedBefore = async (told, logged) => {
    const waiting = (await phone.queue()).filter((one) => one.told.client_key && !one.refused && one.key !== told.key);
    const here = waiting.map(({ told: one }) => {
      const at = new Date(one.told_at).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
      return { key: one.client_key, on_day: one.on_day, at, pain: one.pain_during };
    });
    return [...logged, ...here].filter((one) => one.on_day === told.end.on_day && one.key !== told.key).at(-1);
  };

  // Which refused session is corrected here, by its key; "" on an ordinary page. Its answers are a draft of their own.
  portal.corrected = () => new URLSearchParams(location.search).get("kept") || "";

  // Sets or takes away a sign on the last page, where it is seen and can be changed.
  const setSign = (told, sign, happened) => {
    const others = told.end.symptoms.filter((one) => one !== sign);
    told.end.symptoms = happened ? [...others, sign] : others;
  };

  // The answers to `given.session`, for the day `today`: as this phone kept them, or none yet.
  portal.telling = async (given, today) => {
    const name = portal.corrected() ? phone.draftOf(portal.corrected()) : `${given.session.day}.${today}.${given.version}`;
    const fresh = { key: newKey(), entries: {}, run: {}, end: { symptoms: [], on_day: today }, made: Date.now() };
    const told = (await phone.draft(name)) || fresh;
    return {
      told,
      key: told.key,
      version: given.version,
      changed: () => phone.setDraft(name, told),
      answersOf: (step) => (told.entries[step.id] = told.entries[step.id] || unanswered()),
      sudden: (sign) => setSign(told, sign, Object.values(told.entries).some((one) => one.sudden)),
      counted: () => counted(told),
      // The stop rule, at once and without signal.
      stops: () => portal.stops({ pain: worstPain(told), signs: told.end.symptoms }, given.rules),
      mistake: () => mistake(told, today),
      // Finished: out of the drafts and into the queue.
      loggedBefore: () => loggedBefore(told, given.logged || []),
      finish: (stops) => phone.add(payload(told, given), given.session.date, name, stops, { day: given.session.day, told }),
    };
  };
})();
