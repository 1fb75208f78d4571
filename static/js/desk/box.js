// The box over the calendar: pressing a gap opens the booking page in a dialog, and each of its forms answers in place.
// Loaded with the first gap that is pressed (static/js/components.js). Without it a gap leads to the booking page itself;
// the server draws both from the same parts.
import { alive } from "./desk.js";

const CARD = "desk-box-card"; // a card's id only: the calendar comes back with the focus on it
const PAUSE = 120; // milliseconds without a key

let box;
let gap; // the link that opened it, to give the focus back to
let asking; // one question at a time, so that two presses of Enter ask once
let gone; // true once the box leads away
let touched; // something was typed or chosen in it
let focused; // where in it they were
const kept = new Map(); // what a closed box held, by its gap: pressing that one again goes on with it
let round = 0; // which question is the newest: the answer to one before, for another gap, is not drawn

// --- Asking --------------------------------------------------------------------------------------------------

const ask = async (address, told = {}) => {
  if (asking || gone) return;
  asking = touched = true;
  const mine = (round += 1);
  box.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { ...told, headers: { "X-In-A-Box": "1" } });
    const away = answer.headers.get("X-Leads-To");
    if (away) return leave(away); // booked, whatever else was opened since
    if (mine !== round || !box.open) return;
    if (answer.headers.get("X-Box")) return draw(await answer.text());
    if (answer.redirected) return leave(answer.url); // signed out meanwhile; what was typed waits behind the sign-in
    complain("The clinic’s server could not do that. Everything you typed is still here: try again, or reload the page.");
  } catch {
    if (mine === round) complain("The clinic’s server did not answer. Everything you typed is still here: try again.");
  } finally {
    if (mine === round) {
      asking = false;
      box.removeAttribute("aria-busy");
    }
  }
};

// A page of its own: the calendar with the new card, or the sign-in after a pause that was too long.
const leave = (address) => {
  gone = true;
  const to = new URL(address, location.href);
  if (to.hash.startsWith("#visit-")) sessionStorage.setItem(CARD, to.hash.slice(1));
  const same = to.pathname === location.pathname && to.search === location.search;
  location.assign(to.href);
  if (same) location.reload(); // only the hash differs, which alone loads nothing
};

const complain = (words) => {
  const notice = Object.assign(document.createElement("div"), { className: "error-summary", tabIndex: -1 });
  notice.setAttribute("role", "alert");
  notice.append(Object.assign(document.createElement("p"), { textContent: words }));
  box.querySelector("[data-complaint]")?.remove();
  notice.dataset.complaint = "";
  box.prepend(notice);
  notice.focus();
};

const send = (form, button) => {
  const body = new FormData(form, button);
  return ask(form.action, { method: "POST", body });
};

// --- Drawing -------------------------------------------------------------------------------------------------

const draw = (html) => {
  box.innerHTML = html;
  box.scrollTop = 0;
  alive(box, (form, button) => send(form, button));
  const finder = box.querySelector("[data-finder]");
  if (finder) find(finder);
  const first = box.querySelector("[data-error-summary]") || box.querySelector("[autofocus]") || emptyField() || box.querySelector("#box-title");
  first?.focus();
};

// A form begun with what was searched for goes on where nothing is filled in yet.
const emptyField = () => [...box.querySelectorAll("input.form-control[required], input[name=legal_given_name], input[name=legal_family_name], input[name=birth_date]")].find((field) => !field.value);

// Back to a page that the browser had kept as it was left: the box in it has done its work.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  gone = asking = touched = false;
  box?.close();
});

export const open = (link) => {
  box ??= made();
  gap = link;
  asking = false;
  box.removeAttribute("aria-busy");
  const left = kept.get(link.href);
  if (left) return goOnWith(left);
  box.innerHTML = "<h2 id=\"box-title\" tabindex=\"-1\">Opening…</h2>";
  if (!box.open) box.showModal();
  ask(link.href);
  touched = false;
};
const goOnWith = (left) => {
  round += 1;
  touched = true;
  box.replaceChildren(...left.nodes);
  if (!box.open) box.showModal();
  (left.focused?.isConnected ? left.focused : box.querySelector("#box-title"))?.focus();
};

const made = () => {
  const dialog = Object.assign(document.createElement("dialog"), { className: "sheet box" });
  dialog.setAttribute("aria-labelledby", "box-title");
  document.body.append(dialog);
  dialog.addEventListener("input", () => (touched = true));
  dialog.addEventListener("focusin", (event) => (focused = event.target));
  dialog.addEventListener("close", () => {
    if (gap && touched) kept.set(gap.href, { nodes: [...dialog.childNodes], focused });
    else kept.delete(gap?.href);
    dialog.replaceChildren();
    // The calendar may have been drawn anew behind it.
    const there = gap?.isConnected ? gap : document.querySelector(`a[href=${JSON.stringify(gap?.getAttribute("href") ?? "")}]`);
    there?.focus();
    if (document.activeElement !== there) there?.closest(".visit")?.focus(); // its menu has closed
  });
  dialog.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    event.preventDefault();
    if (!form.matches("[data-finder]")) send(form, event.submitter);
  });
  dialog.addEventListener("click", (event) => {
    const refused = event.target.closest("[data-error-summary] a[href^='#']");
    if (refused) {
      event.preventDefault();
      dialog.querySelector(refused.hash)?.focus();
    }
    const link = event.target.closest("a[data-in-the-box]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    ask(link.dataset.keepsPatient === undefined ? link.href : withWhom(link.href));
  });
  return dialog;
};

// What is typed in the form and not in the address travels along, so that choosing the patient last loses nothing.
const withWhom = (address) => {
  const to = new URL(address, location.href);
  const form = box.querySelector("#booking");
  for (const name of ["starts_at", "other_time"]) {
    const value = form && new FormData(form).get(name);
    if (value && !to.searchParams.has(name)) to.searchParams.set(name, value);
  }
  return to.href;
};

// --- Finding the patient -------------------------------------------------------------------------------------

const find = (form) => {
  const field = form.querySelector("#q");
  const place = form.querySelector("[data-found]");
  const howMany = form.querySelector("[data-how-many]");
  let waiting;
  let last; // the question before, to be called off: a slow answer to fewer letters must not come last
  let answered = ""; // what the list shown now is for
  let active = null;

  const options = () => [...place.querySelectorAll("[role=option]")];
  const mark = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) field.setAttribute("aria-activedescendant", active.id);
    else field.removeAttribute("aria-activedescendant");
  };
  const lookUp = async () => {
    clearTimeout(waiting);
    last?.abort();
    last = new AbortController();
    const typed = field.value.trim();
    const told = { method: "POST", body: new FormData(form), headers: { "X-In-A-Box": "1", "X-As-They-Type": "1" }, signal: last.signal };
    const answer = await fetch(form.action, told);
    if (!answer.headers.get("X-Box")) return answer.redirected ? leave(answer.url) : undefined;
    place.innerHTML = await answer.text();
    answered = typed;
    field.setAttribute("aria-expanded", String(options().length > 0));
    howMany.textContent = place.querySelector("[data-told]")?.textContent ?? "";
    mark(options()[0]);
  };
  const take = (option) => {
    if (!option) return;
    if (option.dataset.url) return ask(withWhom(option.dataset.url));
    const body = new FormData(form);
    body.set("begin", "1");
    return ask(form.dataset.register, { method: "POST", body });
  };

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => lookUp().catch(() => {}), PAUSE);
  });
  const listed = (shown) => {
    const list = place.querySelector("[role=listbox]");
    if (list) list.hidden = !shown;
    field.setAttribute("aria-expanded", String(shown));
    if (!shown) mark(null);
  };
  field.addEventListener("keydown", async (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    // The first Escape takes the list away, the next one closes the box, as the browser does by itself.
    if (event.key === "Escape" && field.getAttribute("aria-expanded") === "true") {
      event.preventDefault();
      clearTimeout(waiting);
      last?.abort();
      answered = "";
      return listed(false);
    }
    if (step && options().length) {
      event.preventDefault();
      listed(true);
      const all = options();
      return mark(all[(all.indexOf(active) + step + all.length) % all.length]);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (!field.value.trim()) return;
    if (answered === field.value.trim()) return take(active);
    // Faster than the list: look first. The only one who fits is taken; of several nobody unseen is.
    try {
      await lookUp();
    } catch {
      return complain("The clinic’s server did not answer. Press Enter to try again.");
    }
    if (options().filter((option) => option.dataset.url).length === 1) take(active);
  });
  place.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
};
