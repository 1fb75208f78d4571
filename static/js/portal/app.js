// Makes the patient's pages an app: brings the other scripts once the page stands, and lets it be installed and work
// without signal. Every page works without this file.
(() => {
  const given = document.currentScript.dataset;
  const portal = (self.portal = self.portal || {});
  portal.urls = { coming: given.coming, send: given.send, figures: given.figures, scope: given.scope };
  portal.who = given.who || "";

  document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href: given.manifest }));
  given.styles.split(/\s+/).filter(Boolean).forEach((href) => {
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  });
  given.scripts.split(/\s+/).filter(Boolean).forEach((src) => {
    document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
  });

  if ("serviceWorker" in navigator) {
    window.addEventListener("load", () => {
      navigator.serviceWorker.register(given.worker, { scope: given.scope }).catch(() => { /* works with signal only */ });
    });
  }

  // The browser asks by itself on some phones; on others the button does.
  window.addEventListener("beforeinstallprompt", (event) => {
    const place = document.querySelector("[data-install]");
    if (!place) return;
    event.preventDefault();
    place.hidden = false;
    place.querySelector("button").addEventListener("click", () => {
      place.hidden = true;
      event.prompt();
    }, { once: true });
  });
})();
