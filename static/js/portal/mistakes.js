// Says what is wrong at the question it is about: marked, in words beside it, and with the focus there.
(() => {
  const portal = (self.portal = self.portal || {});

  portal.clearMistakes = (view) => {
    view.querySelectorAll("[data-mistake-at]").forEach((one) => one.remove());
    view.querySelectorAll(".field-refused").forEach((one) => { one.classList.remove("field-refused"); });
    view.querySelectorAll("[aria-invalid]").forEach((one) => {
      one.removeAttribute("aria-invalid");
      const left = (one.getAttribute("aria-describedby") || "").split(" ").filter((id) => id && !id.endsWith("_mistake"));
      if (left.length) one.setAttribute("aria-describedby", left.join(" "));
      else one.removeAttribute("aria-describedby");
    });
  };

  portal.sayMistake = (view, name, words) => {
    portal.clearMistakes(view);
    const asked = [...view.querySelectorAll(`[name="${name}"]`)];
    if (!asked.length) return;
    const box = asked[0].closest(".field");
    const said = Object.assign(document.createElement("div"), { className: "field-error", id: `${asked[0].id}_mistake` });
    said.dataset.mistakeAt = name;
    said.setAttribute("role", "alert");
    said.append(Object.assign(document.createElement("p"), { textContent: words }));
    [...box.children].find((one) => one.contains(asked[0])).before(said);
    box.classList.add("field-refused");
    asked.forEach((one) => {
      one.setAttribute("aria-invalid", "true");
      one.setAttribute("aria-describedby", [one.getAttribute("aria-describedby"), said.id].filter(Boolean).join(" "));
    });
    asked[0].focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
  };
})();
