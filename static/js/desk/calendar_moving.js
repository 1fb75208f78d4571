// Moving a visit by pointer or by keys: to another time, another clinician, another length. What is shown while it is
// under way says where it would go; letting go sends it, and a refusal leaves it where it was.
import { send, state, table, wide } from "./calendar.js";

const FAR = 6; // pixels: less is a click
const words = document.querySelector("[data-pick-up-words]");
const ghost = Object.assign(document.createElement("div"), { className: "ghost", hidden: true });
const nameOf = (visit) => visit.querySelector(".visit-who a").textContent;
const columns = () => [...table().tHead.rows[0].querySelectorAll("[data-clinician]")];
const rows = () => [...table().tBodies[0].rows];
const quarters = () => rows().filter((row) => new Date(row.dataset.at).getMinutes() % 15 === 0);
const clock = (at) => table().querySelector(`tr[data-at="${at}"] time`).textContent;
const later = (at, minutes) => new Date(at).getTime() + minutes * 60000;

// Where on the page that much time of that column is.
const draw = (visit, aim) => {
  const region = table().closest(".day-region");
  const [frame, column] = [region.getBoundingClientRect(), aim.column.getBoundingClientRect()];
  const all = rows();
  const top = all.find((row) => row.dataset.at === aim.at).getBoundingClientRect().top;
  const end = later(aim.at, aim.minutes);
  const last = all.filter((row) => new Date(row.dataset.at).getTime() < end).pop();
  const put = { top: top - frame.top + region.scrollTop, left: column.left - frame.left + region.scrollLeft, width: column.width, height: last.getBoundingClientRect().bottom - top };
  for (const [name, value] of Object.entries(put)) ghost.style[name] = `${value}px`;
  region.append(ghost);
  ghost.hidden = false;
  aim.taken = !isFree(visit, ghost.getBoundingClientRect());
  ghost.classList.toggle("ghost-taken", aim.taken);
  ghost.textContent = `${clock(aim.at)}, ${aim.minutes} min${aim.taken ? ": not free" : ""}`;
};
// As far as this page knows: free gaps, its own place and its own buffer, and nothing else lie below.
const isFree = (visit, there) => {
  const own = visit.closest("td");
  const mine = own.getBoundingClientRect();
  return [...table().tBodies[0].querySelectorAll("td:not(.cell-free, .cell-beside)")].every((cell) => {
    const box = cell.getBoundingClientRect();
    const apart = box.right <= there.left + 2 || box.left >= there.right - 2 || box.bottom <= there.top + 2 || box.top >= there.bottom - 2;
    return apart || cell === own || (cell.matches(".cell-buffer") && Math.abs(box.top - mine.bottom) < 2 && Math.abs(box.left - mine.left) < 2);
  });
};
const aimOf = (visit) => {
  const column = columns().find((each) => each.dataset.clinician === visit.dataset.clinician);
  return { column, at: visit.closest("tr").dataset.at, minutes: Number(visit.dataset.minutes) };
};
const said = (visit, aim) => {
  const told = visit.dataset.tells;
  words.hidden = false;
  words.textContent = `${nameOf(visit)}: ${clock(aim.at)} with ${aim.column.textContent.trim()}, ${aim.minutes} minutes${aim.taken ? ", which is not free" : ""}. ${state.byKeys ? "Arrow keys choose, Enter puts it there, Escape leaves it. " : ""}${told}`;
};
const stop = () => {
  state.held = false;
  state.byKeys = false;
  ghost.hidden = true;
  words.hidden = true;
  words.textContent = "";
  table()?.querySelectorAll(".visit-moving").forEach((visit) => visit.classList.remove("visit-moving"));
  document.documentElement.classList.remove("is-dragging");
};
const start = (visit) => {
  state.held = true;
  visit.classList.add("visit-moving");
};
const land = async (visit, aim) => {
  const was = aimOf(visit);
  stop();
  if (was.column === aim.column && was.at === aim.at && was.minutes === aim.minutes) return;
  const form = visit.querySelector("form.visit-steps");
  const url = form.querySelector("[name=nudge]").getAttribute("formaction");
  await send(form, null, { url, starts_at: aim.at, clinician: aim.column.dataset.clinician, minutes: aim.minutes });
  document.getElementById(visit.id)?.focus({ preventScroll: true });
};

// --- By keys ----------------------------------------------------------------------------------------------------

let held = null;
let drag = null;
export const pickUp = (visit) => {
  if (!wide() || !visit.matches("[data-moves]")) return visit.querySelector("a[href$='/move/']")?.click();
  visit.querySelector("[popover]").hidePopover();
  visit.focus({ preventScroll: true });
  held = { visit, aim: aimOf(visit) };
  state.byKeys = true;
  start(visit);
  draw(visit, held.aim);
  return said(visit, held.aim);
};
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && drag) { drag = null; return stop(); }
  if (!held) return undefined;
  const { visit, aim } = held;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === "Escape" || event.key === "Tab") { held = null; return stop(); }
  if (event.key === "Enter") { held = null; return land(visit, aim); }
  if (event.key === "+") aim.minutes += 15;
  if (event.key === "-") aim.minutes = Math.max(15, aim.minutes - 15);
  const [down, across] = STEPS[event.key] || [0, 0];
  const [times, all] = [quarters(), columns()];
  const here = times.findIndex((row) => new Date(row.dataset.at) >= new Date(aim.at));
  aim.at = down ? times[Math.min(Math.max(here + down, 0), times.length - 1)].dataset.at : aim.at;
  aim.column = all[Math.min(Math.max(all.indexOf(aim.column) + across, 0), all.length - 1)];
  draw(visit, aim);
  ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  return said(visit, aim);
}, true);

// --- By pointer ---------------------------------------------------------------------------------------------------

const under = (x, y) => {
  const column = columns().find((each) => { const box = each.getBoundingClientRect(); return x >= box.left && x < box.right; });
  const row = quarters().filter((each) => each.getBoundingClientRect().top <= y).pop();
  return column && row && { column, at: row.dataset.at };
};
const EDGE = 6; // pixels at a visit's lower edge that resize it, as many as the style sheet gives that pointer

const begin = (event) => {
  const visit = event.target.closest(".visit");
  if (held) {
    const place = under(event.clientX, event.clientY);
    const { visit: picked, aim } = held;
    if (!place || !table().contains(event.target)) return;
    event.preventDefault();
    held = null;
    swallowClick();
    land(picked, { ...aim, ...place });
    return;
  }
  if (!visit || event.button || event.pointerType === "touch" || !wide() || !table().contains(visit) || event.target.closest("button, input, [popover]")) return;
  const box = visit.getBoundingClientRect();
  const resizes = visit.matches("[data-resizes]") && event.clientY > box.bottom - EDGE;
  if (!resizes && !visit.matches("[data-moves]")) return;
  const place = under(event.clientX, event.clientY);
  const from = aimOf(visit);
  const grip = place ? (new Date(place.at) - new Date(from.at)) / 60000 : 0;
  drag = { visit, resizes, x: event.clientX, y: event.clientY, grip, aim: null, pointer: event.pointerId };
};
const follow = (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!drag.aim && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < FAR) return;
  if (!drag.aim) {
    start(drag.visit);
    getSelection()?.removeAllRanges();
    document.documentElement.classList.add("is-dragging");
    requestAnimationFrame(glide);
  }
  drag.at = { x: event.clientX, y: event.clientY };
  aimThere();
};
const aimThere = () => {
  const from = aimOf(drag.visit);
  const place = under(drag.at.x, drag.at.y);
  drag.aim = place ? (drag.resizes ? longer(from, place) : shifted(from, place)) : from;
  draw(drag.visit, drag.aim);
  said(drag.visit, drag.aim);
};
// Near the window's upper or lower edge the page goes along.
const NEAR = 56; // pixels from that edge
const SPEED = 0.5; // pixels a millisecond
const glide = (now) => {
  if (!drag?.aim) return;
  const past = Math.min(now - (drag.glided ?? now), 50);
  drag.glided = now;
  const way = drag.at.y < NEAR ? -1 : drag.at.y > innerHeight - NEAR ? 1 : 0;
  const was = scrollY;
  if (way) scrollBy({ top: way * SPEED * past, behavior: "instant" });
  if (scrollY !== was) aimThere();
  requestAnimationFrame(glide);
};
const longer = (from, place) => ({ ...from, minutes: Math.max(15, (later(place.at, 15) - new Date(from.at)) / 60000) });
const shifted = (from, place) => {
  const wanted = later(place.at, -drag.grip);
  const row = quarters().filter((each) => new Date(each.dataset.at).getTime() <= wanted).pop() || quarters()[0];
  return { ...from, column: place.column, at: row.dataset.at };
};
const drop = (event) => {
  if (!drag || event.pointerId !== drag.pointer) return;
  const { visit, aim } = drag;
  drag = null;
  if (!aim) return;
  swallowClick();
  if (event.type === "pointerup") land(visit, aim);
  else stop();
};
// The click that ends a drag is no click on the name it started at.
const swallowClick = () => {
  const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
};

// --- Who waits for the gap that has the focus or the pointer ---------------------------------------------------

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
  const gap = event.target.closest?.("a[href*='clinician='][href*='time=']:not([data-overbook])");
  if (!panel || !gap || panel.contains(gap)) return;
  const query = new URL(gap.href).search.slice(1);
  clearTimeout(waiting);
  if (query !== shown) waiting = setTimeout(() => show(query).catch(() => {}), PAUSE);
};

export const watch = (board) => {
  document.addEventListener("focusin", look);
  document.addEventListener("pointerover", look);
  board.addEventListener("pointerdown", begin);
  addEventListener("pointermove", follow);
  addEventListener("pointerup", drop);
  addEventListener("pointercancel", drop);
  board.dataset.watched = ""; // from now on a card that is pulled goes along
};
