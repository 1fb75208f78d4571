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
const form = document.querySelector("[data-booking]");
const look = form?.querySelector("[data-look]");
const deciding = ["type", "clinician", "day"].map((name) => form?.elements[name]).filter(Boolean);
const BACK_TO = "desk-booking-focus";

const lookAgain = (field) => {
  if (!deciding.every((each) => each.value)) return;
  sessionStorage.setItem(BACK_TO, field.name); // a field's name only: the page comes back with the focus on it
  form.requestSubmit(look);
};
const backTo = sessionStorage.getItem(BACK_TO);
sessionStorage.removeItem(BACK_TO);
if (backTo) form?.elements[backTo]?.focus();

for (const field of deciding.filter((each) => each.name !== "day")) {
  field.addEventListener("change", () => lookAgain(field));
}
// A day typed by keys passes through other years on its way, so it waits for Enter or the button; a day picked
// with the mouse is meant.
let byMouse = false;
const day = form?.elements.day;
day?.addEventListener("pointerdown", () => (byMouse = true));
day?.addEventListener("keydown", (event) => {
  byMouse = false;
  if (event.key !== "Enter") return;
  event.preventDefault();
  lookAgain(day);
});
day?.addEventListener("change", () => byMouse && lookAgain(day));
// Enter in the form books, as anywhere else: not the first button, which only looks.
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input[name=other_time], input[name=starts_at]")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary"));
});
