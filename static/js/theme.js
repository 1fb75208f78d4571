// Runs before the first paint, so that a dark room never gets a white flash. Follows the device unless a person chose.
(() => {
  const root = document.documentElement;
  const device = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme") || "auto";
    } catch {
      return "auto"; // Storage is off: follow the device.
    }
  };
  const show = () => {
    const wish = chosen();
    const dark = wish === "dark" || (wish === "auto" && device.matches);
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
    root.setAttribute("data-theme-wish", wish);
  };
  device.addEventListener("change", show);
  window.clinicTheme = {
    choose(wish) {
      try {
        localStorage.setItem("theme", wish);
      } catch {
        // Kept for this page only.
      }
      show();
    },
  };
  show();
})();
