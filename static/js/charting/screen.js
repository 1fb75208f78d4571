// A screen by keyboard, and saved as you go. The page works without this: the button saves the whole section.
const form = document.querySelector("[data-screen-form]");
const state = document.querySelector("[data-saved-state]");
const stateText = document.querySelector("[data-saved-text]");
const RETRY_AFTER = [2000, 5000, 15000, 30000];
const unsaved = new Set(); // items changed since the last save that reached the server
const refused = new Set(); // items whose last answer the server could not take: shown, and kept nowhere else
let timer = 0;
let sending = null;
let tries = 0;
let leaving = false;
let stopped = false;

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
  say("unsaved", "Not saved yet");
  later(event.type === "input" ? 900 : 150);
};

const later = (delay) => {
  clearTimeout(timer);
  timer = setTimeout(save, delay);
};

const save = async () => {
  if (sending || !unsaved.size || stopped) return;
  const going = [...unsaved];
  unsaved.clear();
  say("saving", "Saving…");
  sending = fetch(form.action, {
    method: "POST",
    body: new FormData(form),
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  });
  try {
    await received(await sending, going);
    tries = 0;
  } catch {
    going.forEach((item) => unsaved.add(item));
    say("offline", "No connection. Not saved yet; trying again");
    later(RETRY_AFTER[Math.min(tries++, RETRY_AFTER.length - 1)]);
  } finally {
    sending = null;
  }
  if (unsaved.size && !tries) later(150);
};

const received = async (response, going) => {
  const json = (response.headers.get("Content-Type") || "").includes("json");
  if (response.status >= 500) throw new Error("the server could not save");
  // A save is never answered with another page: where one was, it is the sign-in, which speaks JSON too when asked.
  if (!json || response.redirected) return stop(going, "You were signed out. What you typed is kept: press “Save and continue”, then sign in again");
  const told = await response.json();
  if (told.signed) return stop(going, told.signed);
  form.elements.seen.value = told.seen;
  going.forEach((item) => problem(item, told.errors[item] || told.clashes[item] || ""));
  going.forEach((item) => (told.errors[item] || told.clashes[item] ? refused.add(item) : refused.delete(item)));
  stillNeeded(told.aside);
  urgent(told.urgent);
  if (refused.size) return say("unsaved", "Some answers are not saved: see what is marked");
  return say("saved", `Saved ${told.saved_at}`);
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
  box.hidden = !words;
};

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
window.addEventListener("online", () => later(0));
window.addEventListener("beforeunload", (event) => {
  if (!leaving && (unsaved.size || refused.size || sending)) event.preventDefault();
});

// ---------- keys ----------

const typesText = (element) => element.matches("textarea, select, input:not([type=radio], [type=checkbox], [type=hidden])");

// One stop a group of radios, as Tab has it.
const stops = () => {
  const groups = new Set();
  return [...form.querySelectorAll("input, select, textarea")].filter((element) => {
    if (element.type === "hidden" || element.disabled || !element.checkVisibility()) return false;
    if (element.type !== "radio") return true;
    if (groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  });
};

const next = (element) => {
  const all = stops();
  const here = all.findIndex((stop) => stop === element || (stop.type === "radio" && stop.name === element.name));
  const target = all.slice(here + 1).find((stop) => stop.type !== "checkbox" || !stop.name.startsWith("unable-"));
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
  if (event.key === "Enter" && element.matches("input, select")) {
    event.preventDefault();
    next(element);
    return;
  }
  if (typesText(element) || element.type !== "radio") return;
  const wanted = chosen(radiosAround(element), itemOf(element).dataset.kind, event.key.toLowerCase());
  if (!wanted) return;
  event.preventDefault();
  pick(wanted);
};

const WORDS = { y: "yes", n: "no", u: "unknown" };

const chosen = (radios, kind, key) => {
  if (kind === "pain") return radios.find((radio) => radio.value === (key === "t" ? "10" : key === "u" ? "" : key));
  const named = radios.find((radio) => radio.value === WORDS[key]);
  if (named || kind === "bool") return named;
  return /^[1-9]$/.test(key) ? radios[Number(key) - 1] : undefined;
};

form.addEventListener("keydown", keyed);
