// The desk's pages as somebody types and chooses. Without this file the buttons Find and Show free times do the same.

// --- The list of patients follows what is typed -----------------------------------------------------------
const PAUSE = 300; // milliseconds without a key
const typed = document.querySelector("[data-as-they-type]");
const list = typed && document.querySelector(typed.dataset.asTheyType);
let waiting;
let asked;

const lookUp = async () => {
  asked?.abort(); // a slow answer to fewer letters must not come last
  asked = new AbortController();
  const told = { method: "POST", body: new FormData(typed.form), headers: { "X-As-They-Type": "1" }, signal: asked.signal };
  const answer = await fetch(typed.form.action, told);
  if (!answer.ok || answer.redirected) return typed.form.requestSubmit(); // signed out meanwhile: say so on a page
  list.innerHTML = await answer.text();
};
typed?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => lookUp().catch(() => {}), PAUSE); // aborted, or offline: Find is still there
});
typed?.form.addEventListener("submit", () => clearTimeout(waiting));

// --- Changing what, whom or the day shows its free times at once ------------------------------------------
const BACK_TO = "desk-booking-focus";

// `send` is how a form is sent from here: as a page, or by the box that it lies in.
export const alive = (within, send) => {
  const form = within.querySelector("[data-booking]");
  if (!form) return;
  const look = form.querySelector("[data-look]");
  const deciding = ["type", "clinician", "day", "minutes"].map((name) => form.elements[name]).filter(Boolean);

  const lookAgain = (field) => {
    if (!deciding.every((each) => each.value)) return;
    sessionStorage.setItem(BACK_TO, field.name); // a field's name only: the page comes back with the focus on it
    send(form, look);
  };
  const backTo = sessionStorage.getItem(BACK_TO);
  sessionStorage.removeItem(BACK_TO);
  if (backTo && form.elements[backTo] && !within.querySelector("[data-error-summary]")) {
    within.querySelectorAll("[autofocus]").forEach((other) => other.removeAttribute("autofocus"));
    form.elements[backTo].setAttribute("autofocus", "");
    form.elements[backTo].focus();
  }

  for (const field of deciding.filter((each) => each.name !== "day")) {
    field.addEventListener("change", () => lookAgain(field));
  }
  // A day typed by keys passes through other years on its way, so it waits for Enter or the button; a day picked
  // with the mouse is meant.
  let byMouse = false;
  const day = form.elements.day;
  day?.addEventListener("pointerdown", () => (byMouse = true));
  day?.addEventListener("keydown", (event) => {
    byMouse = false;
    if (event.key !== "Enter") return;
    event.preventDefault();
    lookAgain(day);
  });
  day?.addEventListener("change", () => byMouse && lookAgain(day));
  // Enter in the length books, and does not look first as leaving it does.
  form.elements.minutes?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send(form, form.querySelector(".btn-primary"));
  });
  // Enter in the reason for overbooking overbooks; elsewhere the form's own first button books.
  within.querySelector("[data-presses]")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    send(form, within.querySelector(event.target.dataset.presses));
  });
};

alive(document, (form, button) => form.requestSubmit(button));
