// “Could not do”: why not, and what follows from it. Pain is asked for at once and judged by the stop rule; for what is
// too hard, or takes what is not there, the exercise kept ready is offered. The answer counts as soon as it is tapped.
(() => {
  const portal = (self.portal = self.portal || {});
  const OFFERS = ["too_hard", "no_equipment"];
  const PAGES = ["reasons", "hurt", "easier", "noted"];

  // `say(said, why)` keeps an answer, `swap(one)` changes to another exercise, `hurts()` applies the stop rule,
  // `sudden(yes)` tells of a sudden pain, `others()` are the exercises kept ready.
  portal.couldNot = (root, { answers, changed, say, swap, hurts, sudden, others, onward }) => {
    const part = (name) => root.querySelector(`[data-${name}]`);
    const view = root.querySelector('[data-view="exercise"]');
    const pains = [...view.querySelectorAll('[name="why_pain"]')];
    const suddens = [...part("why-sudden").querySelectorAll("button")];

    // One question at a time; while one is open, “Done” is not the button that shines.
    const open = (page) => {
      part("why").hidden = !page;
      PAGES.forEach((one) => { part(`why-${one}`).hidden = one !== page; });
      part("could-not").setAttribute("aria-expanded", String(Boolean(page)));
      ["btn-primary", "btn-secondary"].forEach((one, at) => part("done").classList.toggle(one, Boolean(page) === Boolean(at)));
      part("done").classList.toggle("was-said", !page && answers().said === "done");
      part("could-not").classList.toggle("was-said", !page && answers().said === "could_not");
      if (page) part(`why-${page}`).querySelector("legend, p").focus();
    };

    const drawHurt = () => {
      pains.forEach((one) => { one.checked = one.value === String(answers().pain); });
      suddens.forEach((one) => one.setAttribute("aria-pressed", String(String(Boolean(answers().sudden)) === one.value && "sudden" in answers())));
    };

    const offer = () => {
      part("easier-list").replaceChildren(...others().map((one) => {
        const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-primary", textContent: `Do this one: ${one.name}` });
        button.addEventListener("click", () => {
          say("", "");
          swap(one);
        });
        return button;
      }));
    };

    const becauseOf = (why) => {
      say("could_not", why);
      if (why === "pain") {
        drawHurt();
        return open("hurt");
      }
      if (!OFFERS.includes(why)) return onward();
      offer();
      return open(others().length ? "easier" : "noted");
    };

    part("could-not").addEventListener("click", () => open(part("why").hidden ? "reasons" : ""));
    part("why-reasons").addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) becauseOf(button.value);
    });
    pains.forEach((radio) => radio.addEventListener("change", () => {
      portal.clearMistakes(view);
      answers().pain = Number(radio.value);
      changed();
      hurts();
    }));
    suddens.forEach((button) => button.addEventListener("click", () => {
      answers().sudden = button.value === "true";
      sudden();
      changed();
      drawHurt();
      hurts();
    }));
    part("hurt-said").addEventListener("click", () => {
      if (typeof answers().pain === "number") return onward();
      return portal.sayMistake(view, "why_pain", "Choose how much it hurt, from 0 (no pain) to 10 (worst pain).");
    });
    part("why").querySelectorAll("[data-leave-out]").forEach((one) => one.addEventListener("click", onward));
    part("undo").addEventListener("click", () => {
      say("", "");
      open("");
      part("could-not").focus();
    });

    return { close: () => open("") };
  };
})();
