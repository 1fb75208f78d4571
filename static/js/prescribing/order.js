// Exercises of a draft moved by dragging or by Alt+Up and Alt+Down on the handle: the whole order goes to one address,
// and its answer, the page as it is now, takes the place of what changed. Without this file the buttons do the same.
const list = document.querySelector("[data-order]");
const form = list?.querySelector("[data-order-form]");
const said = list?.querySelector("[data-order-said]");
const PARTS = ["refused", "slots", "weeks", "wishes", "totals", "seen"];

const lines = () => [...list.querySelectorAll("[data-line]")];
const order = () => lines().map((line) => line.dataset.line);
const handles = () => list.querySelectorAll("[data-handle]");
const open = () => [...list.querySelectorAll("details[open][id]")].map((details) => details.id);

const ready = () => {
  list.querySelectorAll("[data-with-script]").forEach((one) => (one.hidden = false));
  handles().forEach((handle) => (handle.hidden = false));
};

// --- Sending ----------------------------------------------------------------------------------------------
let sending = false;

const send = async (ids, moved) => {
  if (sending || ids.join() === order().join()) return;
  sending = true;
  list.classList.add("is-sending");
  const body = new FormData(form);
  ids.forEach((id) => body.append("order", id));
  order().forEach((id) => body.append("seen", id));
  try {
    const answer = await fetch(list.dataset.order, { method: "POST", body, credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-part=slots]")) return location.reload(); // signed out meanwhile, or gone
    show(page, moved, answer.ok);
  } catch {
    tell(`${moved.name} was not moved: there is no connection.`);
  } finally {
    sending = false;
    list.classList.remove("is-sending");
  }
};

const show = (page, moved, done) => {
  const unfolded = open();
  for (const part of PARTS) {
    const [here, there] = [document, page].map((one) => one.querySelector(`[data-part=${part}]`));
    if (here && there) here.replaceWith(there);
  }
  const [old, messages] = [document, page].map((one) => one.querySelector("#messages"));
  old.replaceChildren(...messages.childNodes);
  unfolded.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  ready();
  const refused = document.querySelector("[data-part=refused] [data-error-summary]");
  if (refused) return refused.focus();
  document.getElementById(`handle-${moved.id}`)?.focus();
  const place = order().indexOf(moved.id) + 1;
  const words = old.textContent.trim().replace(/\s+/g, " ");
  tell(done ? `${moved.name} is now number ${place} of ${order().length}. ${words}` : `${moved.name} was not moved.`);
};

const tell = (words) => {
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = words));
};

// --- Keys -------------------------------------------------------------------------------------------------
const lineOf = (element) => element.closest("[data-line]");
const named = (line) => ({ id: line.dataset.line, name: line.dataset.name });

const onKey = (event) => {
  const handle = event.target.closest?.("[data-handle]");
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!handle || !step || !event.altKey) return;
  event.preventDefault();
  const line = lineOf(handle);
  const ids = order();
  const from = ids.indexOf(line.dataset.line);
  const to = from + step;
  if (to < 0 || to >= ids.length) return tell(`${line.dataset.name} is ${step < 0 ? "first" : "last"} already.`);
  ids.splice(to, 0, ...ids.splice(from, 1));
  send(ids, named(line));
};

// --- Dragging ---------------------------------------------------------------------------------------------
let dragged = null;
let target = null;

const unmark = () => target?.line.classList.remove("drop-before", "drop-after");

const onDown = (event) => {
  const handle = event.target.closest?.("[data-handle]");
  if (!handle || event.button !== 0 || sending) return;
  dragged = lineOf(handle);
  handle.setPointerCapture(event.pointerId);
};

const onMove = (event) => {
  if (!dragged) return;
  dragged.classList.add("is-dragged");
  unmark();
  target = null;
  const line = lines().find((one) => {
    const box = one.getBoundingClientRect();
    return event.clientY >= box.top && event.clientY <= box.bottom;
  });
  if (!line || line === dragged) return;
  const box = line.getBoundingClientRect();
  const after = event.clientY > box.top + box.height / 2;
  line.classList.add(after ? "drop-after" : "drop-before");
  target = { line, after };
};

const onUp = () => {
  if (!dragged) return;
  const [line, drop] = [dragged, target];
  unmark();
  line.classList.remove("is-dragged");
  dragged = target = null;
  if (!drop) return;
  const ids = order().filter((id) => id !== line.dataset.line);
  ids.splice(ids.indexOf(drop.line.dataset.line) + (drop.after ? 1 : 0), 0, line.dataset.line);
  send(ids, named(line));
};

const onCancel = () => {
  target && unmark();
  target = null;
  onUp();
};

if (list) {
  ready();
  list.addEventListener("keydown", onKey);
  list.addEventListener("pointerdown", onDown);
  list.addEventListener("pointermove", onMove);
  list.addEventListener("pointerup", onUp);
  list.addEventListener("pointercancel", onCancel);
}
