// Changing what, whom or the day shows its free times at once. Without this file the button does.
const when = document.getElementById("when");
when?.addEventListener("change", (event) => {
  const all = [...when.querySelectorAll("select, input[type=date]")].every((field) => field.value);
  // A date typed by keys passes through other years on its way; wait until the field is left.
  if (all && event.target.type !== "date") when.requestSubmit();
});
when?.querySelector("input[type=date]")?.addEventListener("blur", (event) => {
  if (event.target.value && event.target.value !== event.target.defaultValue) when.requestSubmit();
});
