// "Where is the trouble?": a number presses that button. Without this file Tab and Enter do.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const button = /^[1-9]$/.test(event.key) && document.querySelectorAll("[data-place]")[event.key - 1];
  if (!button) return;
  event.preventDefault();
  button.click();
});
