// Keeps a session from being sent twice by a double tap, and warns before typed answers are left behind.
// Without this file the form works all the same: the server stores a form once by its key.

const form = document.querySelector("[data-session-form]");

if (form) {
  let touched = false;
  let sent = false;

  form.addEventListener("change", () => { touched = true; });

  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
      return;
    }
    sent = true;
    form.querySelector('button[type="submit"]').textContent = "Logging…";
  });

  window.addEventListener("beforeunload", (event) => {
    if (touched && !sent) event.preventDefault();
  });

  // Coming back with the back button finds a form that can be sent again.
  window.addEventListener("pageshow", () => { sent = false; });
}
