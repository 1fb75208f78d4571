// Draws one step of a session: an exercise with its sets and clock, or the run. What was said is kept by player.js.
(() => {
  const portal = (self.portal = self.portal || {});
  const READY = 10; // seconds to get into place, for each side; “Start now” ends them
  const BETWEEN = 2; // seconds between two holds of a set

  const markup = (text) => {
    const made = document.createElement("template");
    made.innerHTML = text; // a figure, drawn by the clinic's own server
    return made.content;
  };

  const lasting = (seconds) => (seconds >= 120 ? `${seconds / 60} minutes` : `${seconds} seconds`);

  // The phases of one set: get ready, hold (or go on, where it is a time and no position), and the other side.
  const holds = (exercise, set = "") => {
    const does = exercise.timed ? "Go on" : "Hold";
    const sides = exercise.each_side ? ["First side", "Other side"] : [""];
    const times = Math.max(exercise.reps, 1);
    return sides.flatMap((side) => Array.from({ length: times }, (_, at) => {
      const of = times > 1 ? ` ${at + 1} of ${times}` : "";
      const ready = at === 0 ? { words: ["Get ready", set, side].filter(Boolean).join(". "), seconds: READY, ready: true } : { words: "Let go", seconds: BETWEEN };
      return [ready, { words: `${does}${of}${side ? `. ${side}` : ""}`, seconds: exercise.hold_s }];
    }).flat());
  };

  // `answers()` gives the kept answers of the step shown, `changed()` keeps them, `onward()` leads on, `hurts()` applies
  // the stop rule, `sudden()` tells of a sudden pain; `pain` are the words about pain with the limit, `figures` by an
  // exercise's id in the library.
  portal.steps = (root, { answers, changed, onward, hurts, sudden, pain, figures }) => {
    const part = (name) => root.querySelector(`[data-${name}]`);
    const view = root.querySelector('[data-view="exercise"]');
    const clock = portal.clock(view);
    const pains = [...view.querySelectorAll('[name="step_pain"]')];
    let step = null;
    let chosen = null;

    // Which of the exercise and what may be done instead is done today.
    const current = () => step.swaps.find((one) => one.id === answers().instead) || step;

    const drawSets = () => {
      const done = answers().sets || 0;
      const all = done >= chosen.sets;
      part("sets").textContent = chosen.sets > 1 || chosen.hold_s
        ? all ? (chosen.sets === 1 ? "Set done." : `All ${chosen.sets} sets done.`) : `Set ${done + 1} of ${chosen.sets}`
        : "";
      part("set").hidden = all || (chosen.sets <= 1 && !chosen.hold_s);
      part("sound-switch").hidden = !chosen.hold_s && !(chosen.rest_s && chosen.sets > 1);
      part("set").textContent = chosen.hold_s ? `Start the clock: ${chosen.timed ? "" : "hold "}${lasting(chosen.hold_s)}` : `Set ${done + 1} is done`;
    };

    const setDone = () => {
      answers().sets = (answers().sets || 0) + 1;
      changed();
      drawSets();
      if (answers().sets >= chosen.sets) {
        part("clock-said").textContent = part("sets").textContent;
        return part("done").focus();
      }
      const set = `Set ${answers().sets + 1} of ${chosen.sets}`;
      const rest = chosen.rest_s ? [{ words: "Rest", seconds: chosen.rest_s }] : [];
      if (!rest.length && !chosen.hold_s) return part("set").focus();
      part("set").hidden = true;
      if (chosen.hold_s) {
        // The hands are not free in a position: the next set starts by itself.
        clock.run([...rest, ...holds(chosen, set)], setDone);
        return part("clock-pause").focus();
      }
      clock.run(rest, () => {
        part("clock-said").textContent = `Now set ${answers().sets + 1} of ${chosen.sets}`;
        drawSets();
        part("set").focus();
      });
      return part("clock-pause").focus();
    };

    // Between the limit (fast work has its own) and the number that stops everything.
    const judge = () => {
      const stops = hurts();
      const { limit, too_much } = chosen.too_much ? chosen : pain; // weeks kept by older scripts have the program's alone
      const isTooMuch = !stops && typeof answers().pain === "number" && answers().pain > limit;
      part("too-much").hidden = !isTooMuch;
      part("too-much").textContent = isTooMuch ? too_much : "";
    };

    const swap = (one) => {
      answers().instead = one.id === step.id ? null : one.id;
      answers().sets = 0;
      changed();
      draw();
      part("title").focus();
    };

    const drawSwaps = () => {
      const list = part("swap-list");
      const others = [step, ...step.swaps].filter((one) => one.id !== chosen.id);
      part("swaps").hidden = !step.swaps.length;
      part("swaps").open = false;
      list.replaceChildren(...others.map((one) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-secondary w-100 mb-2" });
        button.textContent = one.id === step.id ? `Back to: ${one.name}` : one.name;
        button.addEventListener("click", () => swap(one));
        return button;
      }));
    };

    const draw = () => {
      clock.clear();
      chosen = current();
      part("title").textContent = chosen.name;
      part("moment").textContent = chosen.moment;
      part("moment").hidden = !chosen.moment;
      part("dose").textContent = chosen.dose;
      part("cue").textContent = chosen.tempo ? `${chosen.cue} Speed: ${chosen.tempo}.`.trim() : chosen.cue;
      view.querySelector("[data-pain]").textContent = chosen.pain || pain.short;
      part("because-words").textContent = chosen.why;
      part("because").open = false;
      part("figure").hidden = !figures[chosen.library_id];
      part("figure").replaceChildren(markup(figures[chosen.library_id] || ""));
      part("hurt").open = answers().pain !== null && answers().pain !== undefined;
      pains.forEach((radio) => { radio.checked = radio.value === String(answers().pain); });
      part("clock-said").textContent = "";
      portal.clearMistakes(view);
      couldNot.close();
      judge();
      drawSets();
      drawSwaps();
    };

    const say = (said, why = "") => {
      Object.assign(answers(), { said, why });
      changed();
      clock.clear();
    };
    const couldNot = portal.couldNot(root, { answers, changed, say, swap, hurts: () => judge(), sudden, others: () => step.swaps.filter((one) => one.id !== chosen.id), onward });

    part("set").addEventListener("click", () => {
      if (chosen.hold_s) {
        part("set").hidden = true;
        clock.run(holds(chosen), setDone);
        part("clock-pause").focus();
      } else {
        setDone();
      }
    });
    part("done").addEventListener("click", () => { say("done"); onward(); });
    pains.forEach((radio) => radio.addEventListener("change", () => {
      answers().pain = Number(radio.value);
      changed();
      judge();
    }));
    const drawSound = () => {
      part("sound").checked = portal.sound.on;
      part("sound-state").textContent = portal.sound.on ? "on" : "off";
    };
    part("sound").addEventListener("change", () => { portal.sound.turn(); drawSound(); });
    portal.sound.recall().then(drawSound);

    return {
      show(given) { step = given; draw(); },
      leave: () => clock.clear(),
    };
  };
})();
