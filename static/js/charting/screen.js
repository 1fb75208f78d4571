// A screen by keyboard, and saved as you go. The page works without this: the button saves the whole section.
const form = document.querySelector("[data-screen-form]");
const state = document.querySelector("[data-saved-state]");
const stateText = document.querySelector("[data-saved-text]");
const RETRY_AFTER = [2000, 5000, 15000, 30000];
const unsaved = new Set(); // items changed since the last save that reached the server
const refused = new Set(); // items whose last answer the server could not take: shown, and kept nowhere else
let timer = 0;
let sending = null; // a promise while a save is on its way
let tries = 0;
let leaving = false;
let stopped = false;
let holding = false; // keys wait until the server has answered
const held = [];

const device = window.clinicUnsent; // keeps what the server does not have yet (components.js)

const say = (kind, words) => {
  state.dataset.savedState = kind;
  state.className = `saved saved-${kind}`;
  stateText.textContent = words;
};

const itemOf = (element) => element.closest("[data-item]");

// ---------- saving ----------

const changed = (event) => {
  const item = itemOf(event.target);
  if (!item || event.target.name.startsWith("choose-")) return;
  unsaved.add(item.dataset.item);
  device?.keep(form);
  say("unsaved", "Not saved yet");
  later(event.type === "input" ? 500 : 100);
};

const passed = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const later = (delay) => {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
};

const save = async () => {
  if (sending || !unsaved.size || stopped) return;
  const going = [...unsaved];
  unsaved.clear();
  say("saving", "Saving…");
  sending = send(going);
  await sending;
  if (unsaved.size && !tries) later(100);
};

const send = async (going) => {
  try {
    const body = new FormData(form);
    const headers = { Accept: "application/json" };
    await received(await fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" }), going);
    tries = 0;
  } catch {
    going.forEach((item) => unsaved.add(item));
    const where = device?.keep(form) ? "Kept on this device, and sent when it is back" : "Not saved yet; trying again";
    say("offline", `No connection. ${where}`);
    later(RETRY_AFTER[Math.min(tries++, RETRY_AFTER.length - 1)]);
  } finally {
    sending = null;
  }
};

// What was typed is on the server, or it is known that it cannot get there now.
const settled = async () => {
  clearTimeout(timer);
  while ((sending || unsaved.size) && !stopped && !tries) await (sending || save());
};

const received = async (response, going) => {
  const json = (response.headers.get("Content-Type") || "").includes("json");
  if (response.status >= 500) throw new Error("the server could not save");
  // A save is never answered with another page: where one was, it is the sign-in, which speaks JSON too when asked.
  if (!json || response.redirected) return stop(going, "You were signed out. What you typed is kept: press “Save and continue”, then sign in again");
  const told = await response.json();
  if (told.signed || told.refused) return stop(going, told.signed || told.refused);
  form.elements.seen.value = told.seen;
  going.forEach((item) => problem(item, told.errors[item] || told.clashes[item] || ""));
  going.forEach((item) => (told.errors[item] || told.clashes[item] ? refused.add(item) : refused.delete(item)));
  computed(told.computed);
  followUps(told.follow_ups);
  stillNeeded(told.aside);
  urgent(told.urgent);
  if (unsaved.size || refused.size) device?.keep(form);
  else device?.forget();
  if (refused.size) return say("unsaved", "Some answers are not saved: see what is marked");
  if (unsaved.size) return say("unsaved", "Not saved yet"); // answered meanwhile
  return say("saved", `Saved ${told.saved_at}`);
};

// Values as the server works them out for triage; nothing is computed here.
const computed = (values) => {
  for (const [item, html] of Object.entries(values)) {
    const place = form.querySelector(`[data-computed="${CSS.escape(item)}"]`);
    if (place) place.innerHTML = html.trim();
  }
};

// Questions that matter only sometimes open when they do; what somebody is writing in is never closed.
const followUps = (asked) => {
  for (const [item, now] of Object.entries(asked)) {
    const fold = form.querySelector(`[data-follow-up="${CSS.escape(item)}"]`);
    if (!fold || fold.contains(document.activeElement)) continue;
    if (now !== fold.hasAttribute("data-asked")) fold.open = now;
    fold.toggleAttribute("data-asked", now);
  }
};

// What is still needed, as it stands after this save; a list the clinician had opened stays open.
const stillNeeded = (html) => {
  const aside = document.querySelector("[data-aside]");
  const open = aside.querySelector("details")?.open;
  if (!aside.contains(document.activeElement)) aside.innerHTML = html;
  const list = aside.querySelector("details");
  if (list && open !== undefined) list.open = open;
  document.querySelectorAll("[data-needed]").forEach((line) => {
    const marked = [...line.parentElement.querySelectorAll(".needed-mark")].filter((mark) => mark.checkVisibility()).length;
    line.hidden = !marked;
    line.querySelector("[data-needed-text]").textContent = `Still needed for triage: the ${marked === 1 ? "one" : marked} marked`;
  });
};

// Nothing more is sent by itself: the person has to act, and is told what is kept.
const stop = (going, words) => {
  going.forEach((item) => unsaved.add(item));
  clearTimeout(timer);
  tries = 0;
  say("unsaved", words);
  stopped = true;
};

const problem = (name, words) => {
  const shown = form.querySelector(`[data-item="${CSS.escape(name)}"] [data-problem]`);
  if (!shown) return;
  shown.textContent = words;
  shown.hidden = !words;
};

const urgent = (words) => {
  const box = document.querySelector("[data-urgent]");
  box.querySelector("[data-urgent-text]").textContent = words;
  if (box.hidden !== !words) provoking(Boolean(words));
  box.hidden = !words;
};

// Tests that provoke fold away as soon as an urgent rule holds, and open again when it does not; never under somebody's hands.
const provoking = (stopped) => {
  const tests = [...form.querySelectorAll("[data-provocative]")];
  tests.forEach((fields) => {
    fields.toggleAttribute("data-stopped", stopped);
    fields.closest(".test").querySelector("[data-do-not]").hidden = !stopped;
    if (!fields.contains(document.activeElement)) fields.open = !stopped;
  });
  const said = stopped ? "An urgent finding was recorded. " : "The finding is no longer urgent. ";
  const folded = stopped ? "Do not do the tests that provoke pain; they are marked on this page." : "The tests of this page are open again.";
  document.querySelector("[data-urgent-said]").textContent = said + (tests.length ? folded : "");
};

form.addEventListener("input", changed);
form.addEventListener("change", changed);
// A section that is sent while a save is on its way would be told off for answers this very page gave a moment before.
const PATIENCE = 15000; // milliseconds; then it is sent all the same
let overdue = false;
let submitting = false;

const submitAfter = async (save, submitter) => {
  if (submitting) return;
  submitting = holding = true;
  await Promise.race([save, passed(PATIENCE)]);
  await passed(0); // the save has set its timer for what came meanwhile, which goes with the section now
  overdue = Boolean(sending);
  submitting = holding = false;
  held.length = 0;
  form.requestSubmit(submitter);
};

form.addEventListener("submit", (event) => {
  if (sending && !overdue) {
    event.preventDefault();
    submitAfter(sending, event.submitter);
    return;
  }
  leaving = true;
  clearTimeout(timer);
  if (unsaved.size || refused.size || sending) device?.keep(form, true);
  else device?.forget();
});
window.addEventListener("online", () => later(0));
window.addEventListener("beforeunload", (event) => {
  if (!leaving && (unsaved.size || refused.size || sending)) event.preventDefault();
});

// ---------- keys ----------

// One stop a group of radios, as Tab has it.
const stops = () => {
  const groups = new Set();
  return [...form.querySelectorAll("input, select, textarea, [data-stop]")].filter((element) => {
    if (element.closest("[data-passed]")) return false; // the same is answered at another stop
    if (element.type === "hidden" || element.disabled || !element.checkVisibility()) return false;
    if (element.type !== "radio") return true;
    if (groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  });
};

const upcoming = (element) => {
  const all = stops();
  const here = all.findIndex((stop) => stop === element || (stop.type === "radio" && stop.name === element.name));
  const behind = here < 0 ? all.filter((stop) => follows(element, stop)) : all.slice(here + 1);
  return behind.find((stop) => stop.type !== "checkbox" || !stop.name.startsWith("unable-"));
};

const follows = (one, other) => one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING;

// Whether the next thing is a folded question, which the answer just given may open.
const mayOpen = (element, target) =>
  [...form.querySelectorAll("[data-follow-up]:not([data-asked])")].some(
    (fold) => follows(element, fold) && (!target || follows(fold, target)),
  );

// Before a folded question is passed by, the server says whether it is asked. Keys typed meanwhile wait: a question
// that triage needs and nobody saw costs more than a pause.
const ANSWERS_WITHIN = 4000; // milliseconds; a server that takes longer is not waited for

const goOn = async (element) => {
  if (mayOpen(element, upcoming(element)) && (sending || unsaved.size)) {
    holding = true;
    await Promise.race([settled(), passed(ANSWERS_WITHIN)]);
    holding = false;
  }
  next(element);
  while (held.length && !holding) typed(held.shift());
};

const typed = (key) => {
  const element = document.activeElement;
  if (element.matches("[data-stop]")) element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  else if (key === "Enter" && element.matches("input, select")) goOn(element);
  else if (element.type === "radio") press(element, key);
  else if (key.length === 1) document.execCommand("insertText", false, key);
};

const next = (element) => {
  const target = upcoming(element);
  if (!target) return form.requestSubmit();
  const picked = target.type === "radio" && form.querySelector(`input[name="${CSS.escape(target.name)}"]:checked`);
  (picked || target).focus();
  return target;
};

const pick = (radio) => {
  radio.checked = true;
  radio.focus();
  radio.dispatchEvent(new Event("change", { bubbles: true }));
};

const radiosAround = (element) => [...form.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`)];

const keyed = (event) => {
  const element = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (holding) {
    event.preventDefault();
    held.push(event.key);
    return;
  }
  if (event.key === "Enter" && element.matches("input, select, [data-stop]")) {
    event.preventDefault();
    goOn(element);
    return;
  }
  if (element.type === "radio" && press(element, event.key)) event.preventDefault();
  else if (event.key === "c" && confirmed(element)) event.preventDefault();
};

// The patient's answer beside this field is confirmed; never while words or numbers are being written.
const confirmed = (element) => {
  const button = element.matches("input[type=radio], input[type=checkbox], select") && itemOf(element)?.querySelector("[data-confirm]");
  button?.click();
  return Boolean(button);
};

// Answer a group of radios by one key; false when the key means nothing there.
const press = (element, key) => {
  const wanted = chosen(radiosAround(element), itemOf(element).dataset.kind, key.toLowerCase());
  if (wanted) pick(wanted);
  return Boolean(wanted);
};

const WORDS = { y: "yes", n: "no", u: "unknown" };

const chosen = (radios, kind, key) => {
  if (kind === "pain") return radios.find((radio) => radio.value === (key === "t" ? "10" : key === "u" ? "" : key));
  const named = radios.find((radio) => radio.value === WORDS[key]);
  if (named || kind === "bool") return named;
  return /^[1-9]$/.test(key) ? radios[Number(key) - 1] : undefined;
};

form.addEventListener("keydown", keyed);

// ---------- the body chart ----------

// The body chart, pressed or moved over by keys. It writes into the rows of the list, which work without this. In this file: a page loads few.
const DEPTH_KEYS = { s: "surface", d: "deep", n: "not_sure" };
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

const chart = (root) => {
  const figures = root.querySelector("[data-body]");
  const list = root.querySelector("[data-marked]");
  const spare = root.querySelector("[data-spare]");
  const now = root.querySelector("[data-body-now]");
  const places = new Map([...root.querySelectorAll("[data-place]")].map((place) => [place.dataset.place, place]));
  const most = Number(root.dataset.most);
  let here = null; // the place the keys are on

  const part = (row, name) => row.querySelector(`[data-part="${name}"]`);
  const rows = () => [...root.querySelectorAll("[data-mark]")];
  const isBlank = (row) => ["region", "side", "pain"].every((name) => !part(row, name).value);
  const isWhole = (row) => ["region", "side", "pain"].every((name) => part(row, name).value);
  const placeOf = (row) => places.get(`${part(row, "region").value}-${part(row, "side").value}`);
  const rowOf = (place) => rows().find((row) => placeOf(row) === place);

  const words = (place) => {
    const row = rowOf(place);
    if (!row) return `${place.dataset.label}: not marked`;
    if (!part(row, "pain").value) return `${place.dataset.label}: marked, say how strong from 0 to 10`;
    const depth = part(row, "depth").selectedOptions[0].textContent.toLowerCase();
    return `${place.dataset.label}: ${part(row, "pain").value} of 10, ${depth}`;
  };

  // ---------- what is shown follows the rows ----------

  const show = () => {
    places.forEach((place) => {
      const row = rowOf(place);
      const pain = row ? part(row, "pain").value : "";
      place.classList.toggle("is-marked", Boolean(row));
      place.classList.toggle("is-here", place === here);
      place.toggleAttribute("data-pain", Boolean(pain));
      if (pain) place.dataset.pain = pain;
      place.querySelector(".place-pain").textContent = row ? pain || "?" : "";
      place.setAttribute("aria-selected", String(Boolean(row)));
      place.setAttribute("aria-label", words(place));
    });
    rows().forEach(showRow);
    list.hidden = !list.children.length;
    now.textContent = here ? words(here) : "";
    if (here) figures.setAttribute("aria-activedescendant", here.id);
    else figures.removeAttribute("aria-activedescendant");
  };

  // A row that stands for a place of the figure is named by it, and asks only how strong and how deep.
  const showRow = (row) => {
    const place = list.contains(row) && placeOf(row);
    const title = row.querySelector("[data-title]");
    row.classList.toggle("is-placed", Boolean(place));
    title.hidden = !place;
    title.querySelector("[data-title-text]").textContent = place ? place.dataset.label : "";
    title.querySelector("[data-which]").textContent = place ? ` ${place.dataset.label}` : "";
    title.querySelector("[data-open]").hidden = Boolean(part(row, "pain").value);
  };

  const say = (text) => {
    now.textContent = text;
  };

  // ---------- marking ----------

  // The form's own script saves what changes. A row that is begun waits until its pain is said, or the chart is left.
  const changed = (row) => {
    show();
    part(row, "pain").dispatchEvent(new Event("change", { bubbles: true }));
  };

  let leaving = false;

  const waits = (event) => {
    show();
    if (!leaving && rows().some((row) => !isBlank(row) && !isWhole(row))) event.stopPropagation();
  };

  const emptied = (row) => {
    row.querySelectorAll("select").forEach((select) => (select.selectedIndex = 0));
    return row;
  };

  const copyOf = (row) => {
    const copy = emptied(row.cloneNode(true));
    copy.querySelectorAll("[id]").forEach((named) => named.removeAttribute("id"));
    return copy;
  };

  const mark = (place) => {
    const standing = rowOf(place);
    if (standing) return standing;
    if (rows().filter((row) => !isBlank(row)).length >= most) {
      say(`${most} places are marked, and no more can be. Take one away first.`);
      return null;
    }
    const row = rows().find(isBlank);
    if (rows().filter(isBlank).length === 1) spare.append(copyOf(row)); // one is always left to choose from the list
    part(row, "region").value = place.dataset.region;
    part(row, "side").value = place.dataset.side;
    list.append(row);
    changed(row);
    return row;
  };

  const takeAway = (row) => {
    if (!row) return;
    spare.append(emptied(row));
    changed(row);
  };

  const set = (place, name, value) => {
    const row = name === "pain" ? mark(place) : rowOf(place);
    if (!row) return;
    part(row, name).value = value;
    changed(row);
  };

  // ---------- by keys and by pointer ----------

  const go = (place) => {
    here = place;
    show();
  };

  const first = () => [...places.values()].find(rowOf) || places.values().next().value;

  const keyed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !acted(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onward = (arrow) => go(here ? places.get(here.dataset[arrow]) || here : first());

  // Whether the key meant something here; Enter on a place that is marked, or on none, goes on as everywhere.
  const acted = (key) => {
    if (key in ARROWS) onward(ARROWS[key]);
    else if (!here || (key === "Enter" && rowOf(here))) return false;
    else if (key === "Escape") go(null);
    else if (key === "Enter" || key === " ") mark(here);
    else if (/^[0-9t]$/.test(key)) set(here, "pain", key === "t" ? "10" : key);
    else if (key in DEPTH_KEYS) set(here, "depth", DEPTH_KEYS[key]);
    else if (key === "Delete" || key === "Backspace") takeAway(rowOf(here));
    else return false;
    return true;
  };

  const pressed = (event) => {
    const place = event.target.closest("[data-place]");
    if (!place) return;
    go(place);
    const row = mark(place);
    if (row) part(row, "pain").focus();
    event.preventDefault();
  };

  const takenAway = (event) => {
    const button = event.target.closest("[data-take-away]");
    if (!button) return;
    takeAway(button.closest("[data-mark]"));
    figures.focus();
  };

  const left = (event) => {
    const row = rows().find((one) => !isBlank(one) && !isWhole(one));
    if (root.contains(event.relatedTarget) || !row) return;
    leaving = true;
    changed(row);
    leaving = false;
  };

  figures.setAttribute("role", "listbox");
  figures.setAttribute("aria-multiselectable", "true");
  figures.setAttribute("aria-label", figures.dataset.label);
  figures.setAttribute("aria-describedby", root.querySelector("[data-scripted]").id);
  figures.setAttribute("tabindex", "0");
  figures.setAttribute("data-stop", "");
  places.forEach((place) => place.setAttribute("role", "option"));
  root.querySelectorAll("[data-scripted]").forEach((element) => (element.hidden = false));
  root.querySelector("[data-passed-by]").setAttribute("data-passed", "");
  figures.addEventListener("keydown", keyed);
  figures.addEventListener("click", pressed);
  root.addEventListener("click", takenAway);
  root.addEventListener("change", waits);
  root.addEventListener("input", waits);
  root.addEventListener("focusout", left);
  show();
};

// ---------- arriving ----------

const said = (item) => JSON.stringify([...item.querySelectorAll("[name]")].map((field) => [field.name, field.type === "radio" || field.type === "checkbox" ? field.checked : field.value]));

// What a closed tab or a dead network left behind is put back as it was typed, with what that tab had seen.
const putBack = (left) => {
  const items = [...form.querySelectorAll("[data-item]")];
  const before = new Map(items.map((item) => [item, said(item)]));
  const values = new Map();
  left.fields.forEach(([name, value]) => values.set(name, [...(values.get(name) || []), value]));
  for (const field of items.flatMap((item) => [...item.querySelectorAll("[name]")])) {
    const given = values.get(field.name) || [];
    if (field.type === "radio" || field.type === "checkbox") field.checked = given.includes(field.value);
    else if (given.length) field.value = given.shift();
  }
  if (values.has("seen")) form.elements.seen.value = values.get("seen")[0];
  items.filter((item) => said(item) !== before.get(item)).forEach((item) => unsaved.add(item.dataset.item));
  if (!unsaved.size) return;
  device.keep(form);
  say("unsaved", "Answers kept on this device are put back. Not saved yet");
  later(0);
};

// A link to one item opens what is folded around it, and the keys are there.
const arrive = () => {
  const item = location.hash.startsWith("#item-") && document.getElementById(location.hash.slice(1));
  if (!item) return;
  for (let fold = item.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const first = stops().find((element) => item.contains(element));
  const picked = first?.type === "radio" && item.querySelector(`input[name="${CSS.escape(first.name)}"]:checked`);
  item.scrollIntoView({ block: "center" });
  (picked || first)?.focus({ preventScroll: true });
};

// “/” finds an item by name, unless somebody is typing.
const find = document.querySelector("[data-find]");
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox], [type=number]), textarea, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || typing || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  find.elements.q.focus();
  find.elements.q.select();
});
find.addEventListener("submit", async (event) => {
  if (!unsaved.size && !sending) return;
  event.preventDefault();
  await settled();
  find.submit();
});

const left = device?.takeBack(form.hasAttribute("data-bound"));
if (left) putBack(left);
document.querySelectorAll("[data-pain-map]").forEach(chart);
window.addEventListener("load", () => setTimeout(arrive)); // after the browser's own jump, which takes the focus away
window.addEventListener("hashchange", arrive);
