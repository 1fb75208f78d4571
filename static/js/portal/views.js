// The two pages of a session that are no exercise: the run, and how the whole of it was.
(() => {
  const portal = (self.portal = self.portal || {});
  const field = (root, name) => root.querySelector(`[name="${name}"]`);

  // The planned minutes stand in the field to be seen and changed; nothing counts before "Done".
  portal.runView = (root, { session, pain, telling, onward }) => {
    const part = (name) => root.querySelector(`[data-${name}]`);
    const view = root.querySelector('[data-view="run"]');
    const [minutes, km] = [field(view, "run_minutes"), field(view, "run_km")];

    const say = (run) => {
      telling.told.run = run;
      telling.changed();
      onward();
    };
    part("ran").addEventListener("click", () => {
      const run = { minutes: minutes.value.trim(), km: km.value.trim() };
      if (run.minutes || run.km) return say(run);
      part("run-mistake").textContent = "Enter how long or how far you ran, about.";
      return minutes.focus();
    });
    part("not-ran").addEventListener("click", () => say({}));

    return {
      show() {
        part("run").textContent = session.run;
        part("stage").textContent = session.stage;
        part("run-mistake").textContent = "";
        view.querySelector("[data-pain]").textContent = `Stop when: ${session.run_stop || pain.stop}`;
        minutes.value = telling.told.run.minutes ?? session.run_minutes ?? "";
        km.value = telling.told.run.km ?? session.run_km ?? "";
      },
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

    view.addEventListener("input", () => {
      telling.told.end = readEnd(view);
      telling.changed();
      judge();
    });
    view.addEventListener("submit", async (event) => {
      event.preventDefault();
      const wrong = telling.mistake();
      part("mistake").textContent = wrong ? wrong.words : "";
      if (wrong) return wrong.at && field(view, wrong.at).focus();
      if (sending) return undefined;
      sending = true;
      return finish();
    });

    return {
      show() {
        const { done, not } = telling.counted();
        part("summary").textContent = `${done} of ${session.steps.length} exercises done${not ? `, ${not} not possible` : ""}.`;
        writeEnd(view, telling.told.end);
        field(view, "on_day").max = today;
      },
    };
  };
})();
