// Small manners of our components. Every page works without this file.
(() => {
  const each = (selector, act, within = document) => within.querySelectorAll(selector).forEach(act);

  // The summary of refusals takes the focus; its links go to the field and its label, not just near it.
  const errorSummary = (summary) => {
    summary.focus();
    summary.addEventListener("click", (event) => {
      const link = event.target.closest("a[href^='#']");
      const field = link && document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      (field.closest(".field") || field).scrollIntoView({ block: "start" });
      field.focus({ preventScroll: true });
    });
  };

  // A menu closes on Escape and on a click beside it, and gives the focus back.
  const menu = (details) => {
    details.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !details.open) return;
      details.open = false;
      details.querySelector("summary").focus();
    });
    document.addEventListener("click", (event) => {
      if (!details.contains(event.target)) details.open = false;
    });
  };

  const themeChoice = (group) => {
    if (!window.clinicTheme) return;
    const mark = () => {
      const wish = document.documentElement.getAttribute("data-theme-wish");
      each("button", (button) => button.setAttribute("aria-pressed", String(button.dataset.theme === wish)), group);
    };
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      window.clinicTheme.choose(button.dataset.theme);
      mark();
    });
    mark();
  };

  // "?" lists the keys, unless somebody is typing a question mark.
  const keyHints = (dialog) => {
    each(`[data-opens="${dialog.id}"]`, (button) => button.addEventListener("click", () => dialog.showModal()));
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
      if (event.key !== "?" || typing || document.querySelector("dialog[open]")) return;
      event.preventDefault();
      dialog.showModal();
    });
  };

  // On paper nothing is folded away; on the screen it is folded again afterwards.
  const forPaper = (folded) => {
    window.addEventListener("beforeprint", () => each("main details:not([open])", (details) => { folded.push(details); details.open = true; }));
    window.addEventListener("afterprint", () => folded.splice(0).forEach((details) => { details.open = false; }));
  };

  // ---------- what was typed and has not reached the server ----------

  // Forms whose answers are saved as they are given keep them here until the server has them, so that they outlive a
  // closed tab: by account, a page its own entry, sent from whichever page is opened next, and gone at sign-out.
  const WEEK = 7 * 24 * 3600 * 1000;
  const account = document.body.dataset.account;
  const mine = `unsent.${account}.`;
  const own = mine + Math.random().toString(36).slice(2);
  const NEVER = ["csrfmiddlewaretoken"];

  const stored = () => {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith("unsent."));
      const all = keys.map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
      all.filter((one) => Date.now() - one.at > WEEK).forEach((one) => localStorage.removeItem(one.key));
      return all.filter((one) => one.key.startsWith(mine) && Date.now() - one.at <= WEEK);
    } catch {
      return [];
    }
  };

  const unsent = {
    // Whether the device could keep it. `submitted`: the server has been sent it with the form, and may have it.
    keep(form, submitted = false) {
      const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NEVER.includes(name));
      const entry = { at: Date.now(), path: location.pathname, title: document.querySelector("h1").textContent.trim(), submitted, fields };
      try {
        localStorage.setItem(own, JSON.stringify(entry));
        return Boolean(account);
      } catch {
        return false;
      }
    },
    forget() {
      try { localStorage.removeItem(own); } catch { /* nothing was kept */ }
    },
    // What was left behind for this page, oldest first; null without any. A page that gave it back itself needs none.
    takeBack(given) {
      const here = stored().filter((one) => one.path === location.pathname).sort((one, other) => one.at - other.at);
      if (given) here.filter((one) => one.submitted).forEach((one) => localStorage.removeItem(one.key));
      const left = given ? null : here[0];
      if (left) localStorage.removeItem(left.key);
      return left || null;
    },
  };

  const sendLeftBehind = async () => {
    const token = document.querySelector("[name=csrfmiddlewaretoken]");
    const left = stored().filter((one) => one.key !== own && one.path !== (document.querySelector("[data-screen-form]") && location.pathname));
    if (!token || !left.length) return;
    for (const one of left) await sendOne(one, token.value);
  };

  const sendOne = async (one, token) => {
    const body = new FormData();
    one.fields.forEach(([name, value]) => body.append(name, value));
    body.append("csrfmiddlewaretoken", token);
    try {
      const answer = await fetch(one.path, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      const json = (answer.headers.get("Content-Type") || "").includes("json");
      if (answer.redirected || answer.status >= 500) return;
      const told = json ? await answer.json() : { refused: "The page they belong to is gone." };
      const words = told.signed || told.refused || [...Object.values(told.errors || {}), ...Object.values(told.clashes || {})].join(" ");
      if (words) return notSaved(one, words, !told.signed && !told.refused);
      localStorage.removeItem(one.key);
    } catch {
      // No connection: the next page tries again.
    }
  };

  // Said until somebody opens the section, where both answers can be seen, or takes the entry away.
  const notSaved = (one, words, mayOpen) => {
    const box = document.querySelector("[data-unsent]");
    if (!box || box.querySelector(`[data-entry="${CSS.escape(one.key)}"]`)) return;
    const line = document.createElement("li");
    line.dataset.entry = one.key;
    line.append(`${one.title}, typed ${new Date(one.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}: ${words} `);
    if (mayOpen) line.append(Object.assign(document.createElement("a"), { href: one.path, textContent: "Open it" }), " ");
    const away = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-quiet", textContent: "Remove from this device" });
    away.addEventListener("click", () => {
      localStorage.removeItem(one.key);
      line.remove();
      box.hidden = !box.querySelector("li");
    });
    line.append(away);
    box.querySelector("[data-unsent-list]").append(line);
    box.hidden = false;
  };

  const signOut = (form) => form.addEventListener("submit", (event) => {
    const left = stored();
    if (left.length && !window.confirm("Some answers have not reached the clinic's records yet. Sign out and remove them from this device?")) return event.preventDefault();
    left.forEach((one) => localStorage.removeItem(one.key));
  });

  if (account) {
    window.clinicUnsent = unsent;
    // After the page's own script, which takes back what belongs to it.
    window.addEventListener("DOMContentLoaded", () => setTimeout(sendLeftBehind));
    window.addEventListener("online", sendLeftBehind);
    each("[data-sign-out]", signOut);
  }

  // ---------- a patient's phone: after signing out nothing of theirs is left on it ----------

  const done = (asked) => new Promise((resolve) => { asked.onsuccess = () => resolve(asked.result); asked.onerror = asked.onblocked = () => resolve(null); });

  // How much of what was told on this phone has not been sent: of sessions, and of mornings after them.
  const notSent = async () => {
    const known = indexedDB.databases ? await indexedDB.databases() : [{ name: "portal" }];
    if (!known.some((one) => one.name === "portal")) return [0, 0];
    const db = await done(indexedDB.open("portal"));
    if (!db) return [0, 0];
    const queue = db.objectStoreNames.contains("queue") ? await done(db.transaction("queue").objectStore("queue").getAll()) : [];
    db.close();
    const mornings = (queue || []).filter((one) => one.told.morning_of).length;
    return [(queue || []).length - mornings, mornings];
  };

  const lostIfSignedOut = ([sessions, mornings]) => {
    const counts = [[sessions, "session"], [mornings, "morning"]].filter(([count]) => count);
    const what = counts.map(([count, word]) => `${count} ${word}${count === 1 ? "" : "s"}`).join(" and ");
    const one = sessions + mornings === 1;
    return `${what} on this phone ${one ? "has" : "have"} not been sent yet. If you sign out now, ${one ? "it is" : "they are"} lost. Sign out all the same?`;
  };

  const wipePhone = async () => {
    await done(indexedDB.deleteDatabase("portal"));
    const workers = await navigator.serviceWorker?.getRegistrations() || [];
    await Promise.all(workers.map((one) => one.unregister()));
    if (window.caches) await Promise.all((await caches.keys()).map((name) => caches.delete(name)));
  };

  const patientSignsOut = (form) => form.addEventListener("submit", async (event) => {
    if (form.dataset.wiped) return;
    event.preventDefault();
    try {
      const left = await notSent();
      if (left.some(Boolean) && !window.confirm(lostIfSignedOut(left))) return;
      await wipePhone();
    } catch {
      // Storage is off: nothing was kept.
    }
    form.dataset.wiped = "yes";
    form.requestSubmit();
  });

  if (document.body.classList.contains("role-patient")) each("[data-sign-out]", patientSignsOut);

  // ---------- the calendar: a gap opens the booking in a box, and the card it made has the focus afterwards ----------

  document.addEventListener("click", async (event) => {
    const gap = event.target.closest("a[data-book-gap], td.cell-free a, a[data-overbook]");
    if (!gap || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      const { open } = await import("./desk/box.js");
      open(gap);
    } catch {
      location.assign(gap.href); // the booking's own page does the same
    }
  });
  const booked = document.getElementById(sessionStorage.getItem("desk-box-card") || "");
  sessionStorage.removeItem("desk-box-card");
  if (booked) {
    booked.tabIndex = -1;
    booked.focus();
  }

  forPaper([]);
  each("[data-error-summary]", errorSummary);
  each("[data-menu]", menu);
  each("[data-theme-choice]", themeChoice);
  each("[data-key-hints]", keyHints);
})();
