// The two pages of a session that are no exercise: the run, and how the whole of it was.
(() => {
  const portal = (self.portal = self.portal || {});
  const field = (root, name) => root.querySelector(`[name="${name}"]`);

  // As people write numbers: with a comma or a point. NaN where it is none.
  const WRITTEN = { minutes: /^\d{1,5}$/, km: /^(\d{1,4}([.,]\d{0,2})?|[.,]\d{1,2})$/ };
  const numberOf = (text, what) => (WRITTEN[what].test(text) ? Number(text.replace(",", ".")) : NaN);

  // The plan is one tap; the fields are for what was run instead, and nothing counts before a tap.
  portal.runView = (root, { session, pain, telling, onward }) => {
    const part = (name) => root.querySelector(`[data-${name}]`);
    const view = root.querySelector('[data-view="run"]');
    const fields = { minutes: field(view, "run_minutes"), km: field(view, "run_km") };
    const most = { minutes: Number(view.dataset.mostMinutes), km: Number(view.dataset.mostKm) };
    const nouns = { minutes: "a whole number", km: "a number" };
    const planned = [session.run_minutes && `${session.run_minutes} minutes`, session.run_km && `${session.run_km} km`].filter(Boolean).join(", ");

    const say = (run) => {
      telling.told.run = run;
      telling.told.typed = run;
      telling.changed();
      onward();
    };
    const wrong = (what) => {
      const text = fields[what].value.trim();
      const number = numberOf(text, what);
      return text && !(number >= 0 && number <= most[what])
        ? `Enter ${nouns[what]} from 0 to ${most[what]} ${what}. “${text}” was given.`
        : "";
    };
    part("ran").addEventListener("click", () => {
      const at = Object.keys(fields).find((what) => wrong(what));
      if (at) return portal.sayMistake(view, fields[at].name, wrong(at));
      const run = { minutes: fields.minutes.value.trim(), km: fields.km.value.trim().replace(",", ".") };
      if (run.minutes || run.km) return say(run);
      return portal.sayMistake(view, fields.minutes.name, "Enter how long or how far you ran, about.");
    });
    // What is typed is kept as it is typed, and counts with “Done”.
    view.addEventListener("input", () => {
      telling.told.typed = { minutes: fields.minutes.value.trim(), km: fields.km.value.trim() };
      telling.changed();
    });
    part("as-planned").addEventListener("click", () => say({ minutes: String(session.run_minutes || ""), km: String(session.run_km || "") }));
    part("not-ran").addEventListener("click", () => say({}));

    return {
      show() {
        portal.clearMistakes(view);
        part("run").textContent = session.run;
        part("stage").textContent = session.stage;
        view.querySelector("[data-pain]").textContent = `Stop when: ${session.run_stop || pain.stop}`;
        part("as-planned").hidden = !planned;
        part("as-planned").textContent = `As planned (${planned})`;
        const typed = telling.told.typed || telling.told.run;
        fields.minutes.value = typed.minutes ?? "";
        fields.km.value = typed.km ?? "";
      },
      sayWrong: (at, words) => portal.sayMistake(view, at, words),
    };
  };

  const numberIn = (view, name) => {
    const picked = view.querySelector(`[name=${name}]:checked`);
    return picked ? Number(picked.value) : undefined;
  };

  const readEnd = (view) => ({
    pain_during: numberIn(view, "pain_during"),
    effort: numberIn(view, "effort"),
    symptoms: [...view.querySelectorAll("[name=symptoms]:checked")].map((one) => one.value),
    note: field(view, "note").value,
    on_day: field(view, "on_day").value,
  });

  const writeEnd = (view, end) => {
    view.querySelectorAll("[name=pain_during]").forEach((one) => { one.checked = one.value === String(end.pain_during); });
    view.querySelectorAll("[name=effort]").forEach((one) => { one.checked = one.value === String(end.effort); });
    view.querySelectorAll("[name=symptoms]").forEach((one) => { one.checked = end.symptoms.includes(one.value); });
    field(view, "note").value = end.note || "";
    field(view, "on_day").value = end.on_day;
  };

  // `judge()` applies the stop rule and says what it found, `finish()` sends the session off, once.
  portal.endView = (root, { session, today, telling, judge, finish }) => {
    const part = (name) => root.querySelector(`[data-${name}]`);
    const view = root.querySelector('[data-view="end"]');
    let sending = false;
    let another = false; // the patient said that it is a second session of that day

    const askAgain = ({ at, pain }) => {
      part("second").hidden = false;
      part("second-words").textContent = `You logged this day already (${at}, pain ${pain}). Is this a second session?`;
      part("second-words").focus();
    };

    view.addEventListener("input", (event) => {
      if (event.target.getAttribute("aria-invalid")) portal.clearMistakes(view);
      telling.told.end = readEnd(view);
      part("second").hidden = true;
      another = false;
      telling.changed();
      judge();
    });
    view.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = telling.mistake();
      portal.clearMistakes(view);
      part("mistake").textContent = wrong && !wrong.at ? wrong.words : "";
      if (wrong) return wrong.at && portal.sayMistake(view, wrong.at, wrong.words);
      const before = another ? null : await telling.loggedBefore();
      if (before) return askAgain(before);
      if (sending) return undefined;
      sending = true;
      return finish();
    });
    part("second-yes").addEventListener("click", () => {
      another = true;
      view.requestSubmit();
    });
    part("second-no").addEventListener("click", () => {
      part("second").hidden = true;
      view.querySelector("h2").focus();
    });

    return {
      show() {
        const { done, not } = telling.counted();
        part("summary").textContent = `${done} of ${session.steps.length} exercises done${not ? `, ${not} not possible` : ""}.`;
        writeEnd(view, telling.told.end);
        field(view, "on_day").max = today;
      },
      sayWrong: (at, words) => portal.sayMistake(view, at, words),
    };
  };
})();
