// Shows a notice that came for this phone, and opens its page when it is tapped.
(() => {
  const read = (event) => {
    try {
      return event.data ? event.data.json() : {};
    } catch {
      return {};
    }
  };

  // A notice leads to a page of ours or to none: what came in is not believed beyond that.
  const ours = (link) => {
    const url = new URL(link || self.portalPages.scope, self.location.origin);
    return url.origin === self.location.origin ? url.href : new URL(self.portalPages.scope, self.location.origin).href;
  };

  const show = ({ title, text, link, tag }) => self.registration.showNotification(title || "Your clinic", {
    body: text || "There is something new for you.",
    tag: tag || "clinic",
    icon: self.portalIcon,
    data: { link: ours(link) },
  });

  const open = async (link) => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const there = windows.find((one) => one.url === link);
    return there ? there.focus() : self.clients.openWindow(link);
  };
  self.portal.notices = { show, read };

  self.addEventListener("push", (event) => event.waitUntil(show(read(event))));
  self.addEventListener("notificationclick", (event) => {
    event.notification.close();
    event.waitUntil(open(event.notification.data.link));
  });
})();
