// Changing what, whom or the day shows its free times at once. Without this file the button does.
const form = document.querySelector("[data-booking]");
const look = form?.querySelector("[data-look]");
const chosen = () => ["type", "clinician", "day"].every((name) => form.elements[name].value);

for (const name of ["type", "clinician"]) {
  form?.elements[name].addEventListener("change", () => chosen() && form.requestSubmit(look));
}
// A day typed by keys passes through other years on its way, so it waits for Enter or the button; a day picked
// with the mouse is meant.
let byMouse = false;
form?.elements.day.addEventListener("pointerdown", () => (byMouse = true));
form?.elements.day.addEventListener("keydown", (event) => {
  byMouse = false;
  if (event.key !== "Enter") return;
  event.preventDefault();
  form.requestSubmit(look);
});
form?.elements.day.addEventListener("change", () => byMouse && chosen() && form.requestSubmit(look));
// Enter in the form books, as anywhere else: not the first button, which only looks.
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input[name=other_time], input[name=starts_at]")) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary"));
});
