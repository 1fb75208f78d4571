// Small manners of our components. Every page works without this file.
(() => {
  const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

  // The summary of refusals takes the focus; its links go to the field and its label, not just near it.
  const errorSummary = (summary) => {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      (field.closest(".field") || field).scrollIntoView({ block: "start" });
      field.focus({ preventScroll: true });
    });
  };

  // A menu closes on Escape and on a click beside it, and gives the focus back.
  const menu = (details) => {
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      details.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (!details.contains(event.target)) details.open = false;
    });
  };

  const themeChoice = (group) => {
    if (!window.clinicTheme) return;
    const mark = () => {
      const wish = document.documentElement.getAttribute("data-theme-wish");
      each("button", (button) => button.setAttribute("aria-pressed", String(button.dataset.theme === wish)), group);
    };
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      window.clinicTheme.choose(button.dataset.theme);
      mark();
    });
    mark();
  };

  // "?" lists the keys, unless somebody is typing a question mark.
  const keyHints = (dialog) => {
    each(`[data-opens="${dialog.id}"]`, (button) => button.addEventListener("click", () => dialog.showModal()));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
      if (event.key !== "?" || typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      dialog.showModal();
    });
  };

  // On paper nothing is folded away; on the screen it is folded again afterwards.
  const forPaper = (folded) => {
    window.addEventListener("beforeprint", () => each("main details:not([open])", (details) => { folded.push(details); details.open = true; }));
    window.addEventListener("afterprint", () => folded.splice(0).forEach((details) => { details.open = false; }));
  };

  forPaper([]);
  each("[data-error-summary]", errorSummary);
  each("[data-menu]", menu);
  each("[data-theme-choice]", themeChoice);
  each("[data-key-hints]", keyHints);
})();
