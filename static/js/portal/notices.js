// The button that switches notices on for this browser. Without this file the page says that it cannot.
(() => {
  const place = document.querySelector("[data-notices]");
  const key = place && place.dataset.notices;
  const knows = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!key || !knows) return;
  const form = place.querySelector("[data-notices-on]");
  const told = place.querySelector("[data-notices-told]");
  const without = place.querySelector("[data-notices-without]");
  const REFUSED = "Notices are switched off for this page in your browser. Allow them in its settings for this page, then press again.";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const base64url = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const markOf = async (endpoint) => {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 32);
  };

  const PATIENCE = 20000; // milliseconds for the worker, which first fetches what it keeps

  const ready = () => Promise.race([
    navigator.serviceWorker.ready,
    new Promise((_, reject) => { setTimeout(() => reject(new Error("There is no worker.")), PATIENCE); }),
  ]);

  // Which of the listed phones is this one? Its button switches the browser's own part off too.
  const show = async () => {
    const worker = await ready();
    const has = await worker.pushManager.getSubscription();
    const mark = has ? await markOf(has.endpoint) : "";
    const mine = mark && place.querySelector(`[data-phone="${mark}"]`);
    told.textContent = "";
    if (mine) {
      mine.querySelector("[data-this-phone]").hidden = false;
      mine.querySelector("form").addEventListener("submit", () => { has.unsubscribe(); });
    } else form.hidden = false; // also where they were refused before: that is said to whoever asks for them
  };

  const subscribed = async () => {
    const worker = await ready();
    const old = await worker.pushManager.getSubscription();
    if (old) await old.unsubscribe(); // it may be of an older key of the clinic's
    return worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.textContent = "";
    try {
      if (await Notification.requestPermission() !== "granted") {
        told.textContent = REFUSED;
        return;
      }
      const has = await subscribed();
      form.elements.endpoint.value = has.endpoint;
      form.elements.p256dh.value = base64url(has.getKey("p256dh"));
      form.elements.auth.value = base64url(has.getKey("auth"));
      form.submit();
    } catch {
      told.textContent = "The browser could not switch them on just now. Nothing was changed. Try again where there is signal.";
    }
  });

  without.hidden = true;
  told.textContent = "Looking whether this phone can show them …";
  show().catch(() => {
    told.textContent = "";
    without.hidden = false;
  });
})();
