// The calendar by keys, and kept up to date. Without this file every link and button does the same, one page at a time.
const board = document.querySelector("[data-board]");
const typing = (target) => target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
const busyElsewhere = () => document.querySelector("dialog[open]");
export const table = () => board?.querySelector("[data-day]");
export const wide = () => Boolean(table()?.tHead?.offsetHeight); // on a phone it is a list, without a heading
export const state = { held: false, place: null }; // held: a drag or a pick-up is under way, so nothing is redrawn

// --- The grid: one stop for Tab, arrows inside it -------------------------------------------------------------

const STOPS = "[data-book-gap], .visit, .held, .taken";
const stops = () => [...table().tBodies[0].querySelectorAll(STOPS)];
const inside = (stop) => [...stop.querySelectorAll("a, button, summary, input")];
let active = null; // the stop that Tab reaches

const settle = (stop) => {
  for (const other of stops()) {
    const mine = other === stop;
    other.tabIndex = mine ? 0 : -1;
    if (other.matches(".visit")) inside(other).forEach((each) => (mine ? each.removeAttribute("tabindex") : (each.tabIndex = -1)));
  }
  active = stop;
};
const focus = (stop) => {
  if (!stop) return;
  settle(stop);
  stop.focus({ preventScroll: true });
  stop.scrollIntoView({ block: "nearest", inline: "nearest" });
};
const middle = (element) => {
  const box = element.getBoundingClientRect();
  return { top: box.top, bottom: box.bottom, left: box.left, right: box.right, x: (box.left + box.right) / 2, y: box.top + Math.min(box.height / 2, 12) };
};
// The nearest stop in that direction: across, whoever lies at the same height; up and down, in the same column.
const neighbour = (from, key) => {
  const here = middle(from);
  const across = key === "ArrowLeft" || key === "ArrowRight";
  const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  let best = null;
  for (const stop of stops()) {
    if (stop === from || !stop.offsetParent) continue;
    const there = middle(stop);
    const along = across ? (there.x - here.x) * sign : (there.y - here.y) * sign;
    const overlaps = across ? there.bottom > here.y && there.top < here.y : there.right > here.x && there.left < here.x;
    if (along <= 1) continue;
    const aside = overlaps ? 0 : Math.abs(across ? there.y - here.y : there.x - here.x);
    const far = along + aside * (across ? 3 : 40);
    if (!best || far < best.far) best = { stop, far };
  }
  return best?.stop;
};
const inColumn = (stop, last) => {
  const here = middle(stop);
  const mine = stops().filter((each) => middle(each).left < here.x && middle(each).right > here.x);
  return mine[last ? mine.length - 1 : 0];
};

const prepare = () => {
  if (!table()) return;
  table().setAttribute("role", "grid");
  board.querySelectorAll("[data-pick-up]").forEach((button) => (button.hidden = !wide()));
  const shown = stops().filter((stop) => stop.offsetParent);
  const here = location.hash && document.getElementById(location.hash.slice(1));
  const now = table().querySelector("tr.is-now");
  const first = shown.find((stop) => now && stop.getBoundingClientRect().top >= now.getBoundingClientRect().top);
  if (shown.length) settle(shown.includes(active) ? active : shown.includes(here) ? here : first || shown[0]);
};

const arrows = (event, stop) => {
  const to = event.key === "Home" ? inColumn(stop, false) : event.key === "End" ? inColumn(stop, true) : neighbour(stop, event.key);
  event.preventDefault();
  focus(to);
};
const openSteps = (visit) => {
  const sheet = visit.querySelector("[popover]");
  if (!sheet) return;
  sheet.showPopover();
  inside(sheet).find((each) => !each.hidden && !each.matches("[popovertargetaction]"))?.focus();
};

// --- Keys ------------------------------------------------------------------------------------------------------

const nudge = (visit, way) => {
  const button = visit.querySelector(`button[name=nudge][value=${way}]`);
  if (button) send(button.form, button);
};
const onStop = (event, stop) => {
  if (/^Arrow|^Home$|^End$/.test(event.key)) return arrows(event, stop);
  if (!stop.matches(".visit")) return undefined;
  if (event.key === "Enter") { event.preventDefault(); return openSteps(stop); }
  if (event.key === "v" && stop.matches("[data-moves]")) return pickUp(stop);
  if (event.key === "+" || event.key === "=") return nudge(stop, "longer");
  if (event.key === "-") return nudge(stop, "shorter");
  return undefined;
};
const undo = () => {
  const button = document.querySelector("[data-undo] button");
  if (button) button.click();
  else if (board) sayPlainly("Nothing more to undo.");
};
let cameFrom; // what had the focus before a key led into the date, to give it back
const anywhere = (key) => {
  if (key === "u") return undo();
  const target = document.querySelector(`[data-key="${key}"]`);
  if (!target) return undefined;
  if (target.matches("a")) return target.click();
  cameFrom = document.activeElement;
  target.focus();
  return target.showPicker?.();
};
// As the key comes up: going down it closes the browser's own picker, and the page is not told.
document.querySelector("#jump")?.addEventListener("keyup", (event) => {
  if (event.key !== "Escape") return;
  event.target.blur();
  if (board?.contains(cameFrom)) cameFrom.focus({ preventScroll: true });
  else if (wide()) active?.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || busyElsewhere() || state.held) return;
  if (typing(event.target)) return;
  const stop = event.target.matches?.(STOPS) && table()?.contains(event.target) ? event.target : null;
  if (stop) onStop(event, stop);
  else if (event.target === document.body && wide() && /^Arrow/.test(event.key)) {
    event.preventDefault();
    focus(active ?? stops()[0]);
  }
  if (event.defaultPrevented || event.key.length !== 1 || "v+=-".includes(event.key)) return;
  anywhere(event.key.toLowerCase());
});
document.addEventListener("click", (event) => {
  const picked = event.target.closest("[data-pick-up]");
  if (picked) pickUp(picked.closest(".visit"));
});
board?.addEventListener("focusin", (event) => {
  const stop = event.target.closest(STOPS);
  if (stop && stop !== active && table()?.contains(stop)) settle(stop);
});
// In the week and the month arrows go from day to day.
document.querySelector("[data-cells]")?.addEventListener("keydown", (event) => {
  const cell = event.target.closest("td, th");
  const across = { ArrowLeft: -1, ArrowRight: 1 }[event.key] || 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[event.key] || 0;
  if (!cell || (!across && !down)) return;
  const row = cell.closest("table").rows[cell.parentNode.rowIndex + down];
  const link = row?.cells[cell.cellIndex + across]?.querySelector("a");
  if (!link) return;
  event.preventDefault();
  link.focus();
});
const print = document.querySelector("[data-print]");
if (print) print.hidden = false;
print?.addEventListener("click", () => window.print());
document.querySelector("#only")?.addEventListener("change", (event) => event.target.form.requestSubmit());

// --- Doing things without leaving the page ---------------------------------------------------------------------

const messages = () => document.getElementById("messages");
const QUIET = 180000; // milliseconds in which nobody is told, and a step can be taken back
let fades;
// Where the top of the page is out of sight, what happened is said over its lower edge, until it is put away.
const float = () => {
  const bar = messages();
  bar.classList.remove("messages-afloat");
  bar.querySelector("[data-put-away]")?.remove();
  const box = bar.getBoundingClientRect();
  if (!bar.children.length || (box.bottom >= 0 && box.top <= innerHeight)) return;
  bar.classList.add("messages-afloat");
  const away = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: "Close" });
  away.dataset.putAway = "";
  away.addEventListener("click", putAway);
  [...bar.querySelectorAll(".notice")].pop()?.append(away);
};
const putAway = () => {
  messages().classList.remove("messages-afloat");
  messages().querySelector("[data-put-away]")?.remove();
};
const say = (content) => {
  messages().replaceChildren(...content);
  float();
  clearTimeout(fades);
  fades = setTimeout(() => messages().querySelector("[data-undo]")?.remove(), QUIET);
};
const sayPlainly = (words) => say([Object.assign(document.createElement("p"), { className: "notice notice-warning", textContent: words })]);

// Taken back, a visit may lie out of sight.
const seek = (pk) => {
  const visit = document.getElementById(`visit-${pk}`);
  if (!table()?.contains(visit)) return;
  visit.scrollIntoView({ block: "nearest", behavior: "instant" });
  focus(visit);
  float();
};

// The answer is the page the form would have led to: its notices and its day are shown here. Refused, the day stays.
export const send = async (form, button, { url, ...fields } = {}) => {
  const body = new FormData(form, button?.name ? button : undefined);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const visit = form.contains(document.activeElement) && form.closest(".visit");
  state.held = true;
  try {
    const answer = await fetch(url || button?.getAttribute("formaction") || form.getAttribute("action"), { method: "POST", body });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const refused = page.querySelector("[data-refused]");
    if (refused) say([document.adoptNode(refused)]);
    else if (!page.querySelector("[data-board]")) location.assign(answer.url); // signed out, or a page of its own
    else {
      say([...document.adoptNode(page.getElementById("messages")).childNodes]);
      redraw(page.querySelector("[data-drawn]"), visit);
      if (form.matches("[data-undo]")) seek(form.action.match(/(\d+)\/undo/)[1]);
    }
  } catch {
    sayPlainly("No connection to the clinic, so nothing was changed. What you typed is still here. Try again in a moment.");
  } finally {
    state.held = false;
  }
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!board || event.defaultPrevented || form.method !== "post" || form.matches("[data-plainly]") || !form.closest("[data-board], #messages")) return;
  event.preventDefault();
  send(form, event.submitter);
});

// --- The same day in another window ----------------------------------------------------------------------------

const EVERY = 1200; // milliseconds: a change elsewhere is seen within two seconds
const BY_ITSELF = { "X-By-Itself": "1" }; // nobody touched this page: the session does not grow longer for it
const UNSEEN = /name="(csrfmiddlewaretoken|form_owner)" value="[^"]*"/g; // signed anew each time, and says the same
const drawn = () => board.querySelector("[data-drawn]");
const said = (row) => row.outerHTML.replace(UNSEEN, "$1");
let asServed = new WeakMap();

const remember = () => {
  asServed = new WeakMap();
  for (const row of table()?.rows || []) asServed.set(row, said(row));
};
// Where somebody is: the element, told by its visit or its gap and its place in it; open menus; typed text.
const SPOTS = ".visit, [data-book-gap], .who-is-next";
const spotOf = (element) => {
  const spot = element?.closest?.(SPOTS);
  if (!spot || !board.contains(spot)) return null;
  const name = spot.id ? `#${CSS.escape(spot.id)}` : spot.matches("a") ? `a[data-book-gap][href="${CSS.escape(spot.getAttribute("href"))}"]` : ".who-is-next";
  return { name, place: spot === element ? -1 : inside(spot).indexOf(element), box: middle(element) };
};
const backTo = (spot) => {
  const found = board.querySelector(spot.name);
  const element = spot.place < 0 ? found : found && inside(found)[spot.place];
  // The gap was booked in another window, the visit moved away: what stands there now takes the focus.
  const instead = () => stops().find((stop) => { const box = middle(stop); return box.left < spot.box.x && box.right > spot.box.x && box.top <= spot.box.y && box.bottom >= spot.box.y; });
  (element || found || instead() || active)?.focus({ preventScroll: true });
};
const typedIn = () => [...board.querySelectorAll("input[name=because]")].filter((field) => field.value).map((field) => [field.id, field.value]);

const swap = (fresh) => {
  const old = drawn();
  const [mine, theirs] = [old.querySelector("[data-day]"), fresh.querySelector("[data-day]")];
  const same = mine && theirs && mine.rows.length === theirs.rows.length && [...mine.rows].every((row, at) => row.dataset.at === theirs.rows[at].dataset.at) && asServed.get(mine.rows[0]) === said(theirs.rows[0]);
  if (!same) {
    old.replaceWith(fresh);
    return remember();
  }
  // Only rows that say something else are replaced: a reader in the middle of the table keeps their place.
  const [region, newRegion] = [mine.closest(".day-region"), theirs.closest(".day-region")];
  const rows = [...mine.rows];
  [...theirs.rows].forEach((row, at) => {
    const now = said(row);
    if (asServed.get(rows[at]) !== now) { rows[at].replaceWith(row); asServed.set(row, now); }
  });
  const beside = [...fresh.childNodes];
  [...old.childNodes].forEach((node) => node === region || node.remove());
  const at = beside.indexOf(newRegion);
  region.before(...beside.slice(0, at));
  region.after(...beside.slice(at + 1));
  Object.assign(old.dataset, fresh.dataset);
  return undefined;
};
// `leftBehind` is the visit whose form was just sent: its menu closes and its text is done with.
const redraw = (fresh, leftBehind) => {
  const spot = spotOf(document.activeElement);
  const open = board.querySelector("[popover]:popover-open");
  const opener = open?.closest(".visit").id !== leftBehind?.id && open?.id; // one at a time: the browser closes the other
  const typed = typedIn().filter(([id]) => !leftBehind?.querySelector(`#${CSS.escape(id)}`));
  const scrolled = table()?.closest(".day-region").scrollLeft;
  const top = spot?.box.top ?? table()?.getBoundingClientRect().top;
  swap(document.adoptNode(fresh));
  const again = opener && document.getElementById(opener);
  if (again && !again.matches(":popover-open")) again.showPopover();
  typed.forEach(([id, value]) => { const field = document.getElementById(id); if (field) field.value = value; });
  prepare();
  if (table() && scrolled) table().closest(".day-region").scrollLeft = scrolled;
  if (spot && !document.activeElement?.closest?.("[data-board]")) backTo(leftBehind ? { ...spot, place: -1 } : spot);
  const moved = (spotOf(document.activeElement)?.box.top ?? table()?.getBoundingClientRect().top) - top;
  if (moved && top < innerHeight && (spot || top < 0)) scrollBy({ top: moved, behavior: "instant" });
};

const signedOut = () => {
  clearInterval(asking);
  if (!typedIn().length && !busyElsewhere()) return location.reload();
  return sayPlainly("You were signed out, so this page is not kept up to date any more. What you typed is still here: reload the page to sign in again.");
};
const ask = async () => {
  if (document.hidden || state.held || ask.waits || busyElsewhere()) return;
  ask.waits = true;
  try {
    const answer = await fetch(board.dataset.ask, { headers: BY_ITSELF, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403) return signedOut();
    if (!answer.ok || (await answer.text()) === drawn().dataset.version) return;
    const part = await fetch(board.dataset.part, { headers: { ...BY_ITSELF, "X-Seen": drawn().dataset.seen }, redirect: "manual" });
    const fresh = part.ok && new DOMParser().parseFromString(await part.text(), "text/html").querySelector("[data-drawn]");
    if (fresh && !state.held && !busyElsewhere()) redraw(fresh);
  } catch {
    // No connection: it asks again.
  } finally {
    ask.waits = false;
  }
};
const asking = board && setInterval(ask, EVERY);
document.addEventListener("visibilitychange", ask);
window.addEventListener("pagehide", () => clearInterval(asking));

// --- Who is to be seen in time, now and every minute ---------------------------------------------------------------

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

// --- Dragging, and who waits for a gap: read once the day is there -------------------------------------------------

let mover;
const moving = async () => (mover ??= await import("./calendar_moving.js"));
// What is typed while that file is on its way is typed at the visit that was picked up: it waits, in its order.
const pickUp = async (visit) => {
  if (mover) return mover.pickUp(visit);
  const typed = [];
  const keep = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    typed.push(event.key);
  };
  addEventListener("keydown", keep, { capture: true });
  try {
    (await moving()).pickUp(visit);
  } finally {
    removeEventListener("keydown", keep, { capture: true });
  }
  return typed.forEach((key) => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
};
if (board) {
  addEventListener("load", async () => {
    // The browser glides to the visit that the address names: be there, to know whether what happened can be seen.
    if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView({ behavior: "instant" });
    float();
    (await moving()).watch(board);
  });
  remember();
  prepare();
}
