// What this phone keeps: the coming sessions (two weeks at most) with their drawings, answers of a session that is not
// finished, and what was told (sessions, mornings after them) until the clinic has it. Also used by the service worker.
// One patient's data only: another one's wipes it.
(() => {
  const portal = (self.portal = self.portal || {});
  const NAME = "portal";
  const STORES = ["facts", "queue", "drafts"];
  const KEPT_FOR = 14 * 24 * 3600 * 1000;
  const LATER = [401, 403, 408, 425, 429]; // these and 5xx may go well another time; other refusals will not
  const PATIENCE = 20000; // milliseconds; a network that hangs is none, and what is sent twice is stored once
  let opened = null;
  let wiped = false; // somebody signed out: what was on its way to this phone then is not kept any more

  const open = () => {
    if (wiped) return Promise.reject(new Error("Somebody signed out on this phone."));
    opened = opened || new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("facts");
        asked.result.createObjectStore("queue", { keyPath: "n", autoIncrement: true });
        asked.result.createObjectStore("drafts");
      };
      asked.onsuccess = () => {
        // Somebody signs out in another tab: let go, so that it can be deleted.
        asked.result.onversionchange = () => { asked.result.close(); opened = null; wiped = true; };
        resolve(asked.result);
      };
      asked.onerror = () => { opened = null; reject(asked.error); };
    });
    return opened;
  };

  // One transaction; what `act` asked for, once it is on the disk.
  const within = async (mode, act) => {
    const db = await open();
    return new Promise((resolve, reject) => {
      const tx = db.transaction(STORES, mode, { durability: "strict" });
      const asked = act((name) => tx.objectStore(name));
      tx.oncomplete = () => resolve(asked ? asked.result : undefined);
      tx.onabort = tx.onerror = () => reject(tx.error);
    });
  };
  const read = (act) => within("readonly", act);
  const write = (act) => within("readwrite", act);
  // What a person tells at a page that still stands open in another tab is kept all the same.
  const tell = (act) => { wiped = false; return write(act); };

  const phone = {
    open,
    fact: (name) => read((store) => store("facts").get(name)),
    setFact: (name, value) => write((store) => store("facts").put(value, name)),
    draft: (name) => read((store) => store("drafts").get(name)),
    setDraft: (name, value) => tell((store) => store("drafts").put(value, name)),
    queue: () => read((store) => store("queue").getAll()),
    remove: (n) => write((store) => store("queue").delete(n)),
    wipe: () => write((store) => { STORES.forEach((name) => store(name).clear()); }),

    // A finished session: into the queue and out of the drafts in one step, so that it is never in both or neither.
    // `kept` are its answers as they were given, for a form to correct them in; it takes the place of a refused one.
    add: (told, title, draft, stops, kept = null) => tell((store) => {
      const queue = store("queue");
      store("drafts").delete(draft);
      if (stops) store("facts").put({ on_day: told.on_day }, "stopped");
      queue.getAll().onsuccess = ({ target: { result: waiting } }) => {
        waiting.filter((one) => one.refused && one.key === told.client_key).forEach((one) => queue.delete(one.n));
        queue.add({ key: told.client_key, who: told.who, told, title, refused: "", stops, kept });
      };
    }),

    // The answers of a refused session as a draft again, with what was wrong. The refused one stays until the corrected
    // one takes its place.
    draftOf: (key) => `kept.${key}`,
    correct: (one) => phone.setDraft(phone.draftOf(one.key), { ...one.kept.told, made: Date.now(), wrong: { at: one.at, words: one.refused } }),

    // Out of the queue, and noted in short for the next page to say; `url` is where the clinic shows it.
    wasSent: ({ n, key, told }, { url }) => write((store) => {
      const { on_day, morning_of, pain, pain_during, entries } = told;
      const done = entries.filter((entry) => entry.said === "done").length;
      store("facts").get("sent").onsuccess = ({ target: { result: before = [] } }) => {
        store("facts").put([...before, { key, url, on_day, morning_of, pain, pain_during, done }], "sent");
      };
      store("queue").delete(n);
    }),

    // The morning after a session: behind everything in the queue, so never before its session. Once, however often it
    // is tapped; one that was refused may be told again.
    addMorning: (told, title, stops) => tell((store) => {
      const [queue, key] = [store("queue"), `morning of ${told.morning_of}`];
      queue.getAll().onsuccess = ({ target: { result: kept } }) => {
        if (kept.some((one) => one.key === key && !one.refused)) return;
        if (stops) store("facts").put({ on_day: told.on_day, morning: true }, "stopped");
        queue.add({ key, who: told.who, told, title, refused: "", stops });
      };
    }),

    // The clinic knows what it has, and whether to stop is its to say again. What it refused, or what was told while the
    // rest was sent, it does not know: looked at in one step, so that nothing is told in between.
    dropStop: () => write((store) => {
      store("queue").getAll().onsuccess = ({ target: { result: kept } }) => {
        if (!kept.some((one) => one.stops)) store("facts").delete("stopped");
      };
    }),

    // The browser sends what waits once there is signal, also when no page is open; where it cannot, the next page does.
    async askToSend() {
      try {
        const registration = await navigator.serviceWorker.getRegistration();
        await registration.sync.register("send");
      } catch {
        // Sent by the next page.
      }
    },

    // Whose data this is. What another patient left is wiped before anything of it is read.
    async belongsTo(who) {
      if ((await phone.fact("who")) === who) return;
      await phone.wipe();
      await phone.setFact("who", who);
    },

    async keepComing(coming) {
      await phone.belongsTo(coming.who);
      const { csrf, ...kept } = coming;
      await phone.setFact("coming", { ...kept, kept_until: Date.now() + KEPT_FOR });
      await phone.tidy();
    },

    // Drawings are fetched once, and kept for as long as a coming session needs them. An old one is better than none.
    async keepDrawings(wanted, url) {
      const kept = (await phone.fact("drawings")) || {};
      const missing = Object.keys(wanted).filter((id) => !kept[id] || kept[id].edition !== wanted[id]);
      const answer = missing.length ? await ask(`${url}?${missing.map((id) => `id=${encodeURIComponent(id)}`).join("&")}`) : null;
      const got = (answer && answer.ok && (await said(answer))) || {};
      const now = Object.keys(wanted).map((id) => [id, got[id] ? { edition: wanted[id], markup: got[id] } : kept[id]]);
      await phone.setFact("drawings", Object.fromEntries(now.filter(([, one]) => one)));
    },

    // Sessions that were begun and never finished are not kept for ever.
    tidy: () => write((store) => {
      store("drafts").openCursor().onsuccess = ({ target: { result: cursor } }) => {
        if (!cursor) return;
        if (Date.now() - cursor.value.made > KEPT_FOR) cursor.delete();
        cursor.continue();
      };
    }),

    // The sessions kept with their figures, or null: none, or too old to go by.
    async coming() {
      const kept = await phone.fact("coming");
      if (!kept) return null;
      if (kept.kept_until <= Date.now()) {
        await write((store) => { ["coming", "drawings"].forEach((name) => store("facts").delete(name)); });
        return null;
      }
      const drawn = Object.entries((await phone.fact("drawings")) || {}).map(([id, one]) => [id, one.markup]);
      return { ...kept, figures: { ...kept.figures, ...Object.fromEntries(drawn) } };
    },

    // Send what waits, in order, each once; then fetch what comes next. One sender at a time on this phone.
    send: (urls) => (navigator.locks ? navigator.locks.request("portal-send", () => sendAll(urls)) : sendAll(urls)),
  };

  const ask = async (url, how = {}) => {
    try {
      const signal = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE) : undefined;
      return await fetch(url, { credentials: "same-origin", redirect: "manual", cache: "no-store", signal, ...how });
    } catch {
      return null;
    }
  };

  // What a good answer says; null where it broke off half way.
  const said = (answer) => answer.json().catch(() => null);

  const refresh = async (urls) => {
    const answer = await ask(urls.coming, { headers: { Accept: "application/json" } });
    if (!answer) return { state: "offline" };
    if (answer.type === "opaqueredirect") return { state: "signed-out" };
    if (!answer.ok) return { state: "offline" };
    const coming = await said(answer);
    if (!coming) return { state: "offline" };
    await phone.keepComing(coming);
    return { state: "online", csrf: coming.csrf, drawings: coming.drawings };
  };

  const sendAll = async (urls) => {
    await open(); // so that a sign-out is heard of while the clinic is asked
    const here = await refresh(urls);
    if (here.state !== "online") return { state: here.state, sent: [] };
    const { state, sent } = await sendQueue(urls, here.csrf);
    if (state !== "online") return { state, sent };
    await phone.dropStop();
    const after = sent.length ? await refresh(urls) : here;
    await phone.keepDrawings(after.drawings || here.drawings, urls.figures);
    return { state: "online", sent };
  };

  // In order, and no further than the first that has to wait: a morning belongs to a session before it.
  const sendQueue = async (urls, csrf) => {
    const sent = [];
    for (const one of await phone.queue()) {
      if (one.refused) continue;
      const answer = await ask(urls.send, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify(one.told),
      });
      if (!answer) return { state: "offline", sent };
      if (answer.type === "opaqueredirect") return { state: "signed-out", sent };
      if (answer.ok) {
        const stored = await said(answer);
        if (!stored) return { state: "offline", sent };
        sent.push({ key: one.key, ...stored });
        await phone.wasSent(one, stored);
      } else if (answer.status >= 500 || LATER.includes(answer.status)) {
        return { state: "offline", sent };
      } else {
        await refuse(one, answer);
      }
    }
    return { state: "online", sent };
  };

  // Kept, with the reason, until the patient corrects it or takes it away. `at` is the field that was refused.
  const refuse = async (one, answer) => {
    const told = (await said(answer)) || {};
    const refused = told.refused || "The clinic could not take this log. Show it to your therapist, or ring us.";
    await write((store) => store("queue").put({ ...one, refused, at: told.at ?? null }));
  };

  // The day on this phone, as 2026-11-03.
  portal.localDay = (at = new Date()) => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((n) => String(n).padStart(2, "0")).join("-");

  portal.phone = phone;
})();
