// A long list of ticks gets shorter as somebody types. What is ticked always stays in sight.
const box = document.querySelector("[data-filter]");
const field = box?.querySelector("input");
const said = box?.querySelector("[data-filter-said]");
const labels = [...(box?.parentElement.querySelectorAll("label:has(input[type=checkbox])") ?? [])];

const filter = () => {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const label of labels) {
    const fits = words.every((word) => label.textContent.toLowerCase().includes(word));
    const stays = fits || label.querySelector("input").checked;
    label.parentElement.hidden = !stays;
    shown += stays ? 1 : 0;
  }
  said.textContent = words.length ? `${shown} of ${labels.length}` : "";
};

if (box) {
  box.hidden = false;
  field.addEventListener("input", filter);
  field.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
