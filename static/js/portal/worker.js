// Answers the patient's pages when there is no signal: program files, and one page that holds nobody's data.
(() => {
  const CACHE = `portal-${self.portalEdition}`;
  const { shell, scope, ...urls } = self.portalPages;
  const files = new Set(self.portalFiles.map((url) => new URL(url, self.location.origin).href));
  const PATIENCE = 8000; // milliseconds; a network that hangs is none

  const install = async () => {
    const cache = await caches.open(CACHE);
    await Promise.all([...files].map(async (url) => cache.put(url, await fetched(new Request(url, { cache: "reload" })))));
    // Without cookies, so that it is the page of nobody.
    await cache.put(shell, await fetched(new Request(shell, { credentials: "omit", cache: "reload" })));
  };

  const fetched = async (request) => {
    const answer = await fetch(request);
    if (!answer.ok) throw new Error(`${request.url} answers ${answer.status}`);
    return answer;
  };

  const activate = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith("portal-") && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };

  const page = (request) => new Promise((resolve) => {
    const instead = () => caches.match(shell).then((kept) => resolve(kept || Response.error()));
    const waiting = setTimeout(instead, PATIENCE);
    fetch(request).then(resolve, instead).finally(() => clearTimeout(waiting));
  });

  // The network first: a phone never runs an old script with a new page.
  const file = (request) => fetch(request).catch(async () => (await caches.match(request)) || Response.error());

  // Fails where there is still no signal, so that the browser tries again.
  const sendNow = async () => {
    const { state } = await self.portal.phone.send(urls);
    if (state === "offline") throw new Error("There is no signal. What was told is kept, and sent later.");
  };
  self.portal.sendNow = sendNow;

  self.addEventListener("install", (event) => {
    self.skipWaiting();
    event.waitUntil(install());
  });
  self.addEventListener("activate", (event) => event.waitUntil(activate()));
  self.addEventListener("fetch", (event) => {
    const { request } = event;
    if (request.method !== "GET") return;
    if (request.mode === "navigate" && new URL(request.url).pathname.startsWith(scope)) event.respondWith(page(request));
    else if (files.has(request.url)) event.respondWith(file(request));
  });
  self.addEventListener("sync", (event) => {
    if (event.tag === "send") event.waitUntil(sendNow());
  });
})();
