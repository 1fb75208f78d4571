// An open list follows the clinic: looked up anew each 45 seconds while somebody is at it, so that a red day is seen
// within a minute. Nobody at the keyboard for ten minutes: it stops, so that it keeps no session alive.
const EVERY = 45_000;
const AT_IT = 600_000;
const list = document.querySelector("[data-list]");
const said = document.querySelector("[data-list-said]");
let lastSign = Date.now();

const look = async () => {
  if (document.hidden || Date.now() - lastSign > AT_IT) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return; // signed out meanwhile: the next press says so
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-list]");
  if (!now || now.textContent === list.textContent) return;
  const held = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceChildren(...now.childNodes);
  if (held) list.querySelector(`a[href="${CSS.escape(held)}"]`)?.focus();
  said.textContent = "The list changed.";
};

for (const sign of ["pointerdown", "pointermove", "keydown", "focus"]) {
  window.addEventListener(sign, () => (lastSign = Date.now()), { passive: true });
}
setInterval(() => look().catch(() => {}), EVERY);
