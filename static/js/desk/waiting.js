// The day's page asks for two lists apart. Without this file its links lead to the same lists.

// Who is to be seen in time, now and every minute.
const MINUTE = 60_000;
const top = document.querySelector("[data-loads]");
const load = async () => {
  const answer = await fetch(top.dataset.loads, { headers: { "X-Part": "1", "X-By-Itself": "1" } });
  if (!answer.ok || answer.redirected || top.contains(document.activeElement)) return;
  top.innerHTML = await answer.text();
};
if (top) {
  load().catch(() => {}); // offline: the link is still there
  setInterval(() => document.hidden || load().catch(() => {}), MINUTE);
}

// Who waits for the gap that has the focus or the pointer.
const panel = document.querySelector("[data-who-waits]");
const list = panel?.querySelector("[data-who-waits-list]");
const PAUSE = 250; // milliseconds on one gap: passing over the others asks nothing
let waiting;
let asked;
let shown;

const show = async (query) => {
  asked?.abort(); // a slow answer about another gap must not come last
  asked = new AbortController();
  const answer = await fetch(`${panel.dataset.whoWaits}?${query}`, { headers: { "X-Part": "1" }, signal: asked.signal });
  if (answer.redirected) return; // signed out meanwhile: the next page says so
  list.innerHTML = await answer.text();
  shown = query;
};

// The gaps link to the booking page and name clinician, day and time, as this list does.
const look = (event) => {
  const gap = event.target.closest?.("a[href*='clinician='][href*='time=']");
  if (!panel || !gap || panel.contains(gap)) return;
  const query = new URL(gap.href).search.slice(1);
  clearTimeout(waiting);
  if (query !== shown) waiting = setTimeout(() => show(query).catch(() => {}), PAUSE);
};
document.addEventListener("focusin", look);
document.addEventListener("pointerover", look);
