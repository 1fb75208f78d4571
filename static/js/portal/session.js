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

  // One tap for the usual day. What was answered before stays as it was.
  const allDone = form.querySelector("[data-all-done]");
  if (allDone) {
    allDone.hidden = false;
    allDone.addEventListener("click", () => {
      const groups = [...form.querySelectorAll("fieldset")].filter((set) => set.querySelector('input[value="done"]'));
      const open = groups.filter((set) => !set.querySelector("input:checked"));
      open.forEach((set) => { set.querySelector('input[value="done"]').checked = true; });
      touched = true;
      form.querySelector("[data-all-done-said]").textContent =
        open.length === 1 ? "1 exercise marked as done." : `${open.length} exercises marked as done.`;
      document.getElementById("how").scrollIntoView({ block: "start" });
    });
  }

  window.addEventListener("beforeunload", (event) => {
    if (touched && !sent) event.preventDefault();
  });

  // Coming back with the back button finds a form that can be sent again.
  window.addEventListener("pageshow", () => { sent = false; });
}
