// After a small change the page comes back where it was, with what was changed under the same eyes. Kept for one load:
// which row, and how far down the window it stood. Without this file the page starts at its top.
const KEY = "prescribing.stay";

const kept = () => {
  try {
    return JSON.parse(sessionStorage.getItem(KEY));
  } catch {
    return null; // storage is off: the page starts at its top
  }
};

document.addEventListener("submit", (event) => {
  const row = event.target.closest("[data-line], section[id], .card-sheet, details");
  if (!row) return;
  const line = row.closest("[data-line]");
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ line: line?.dataset.line, top: row.getBoundingClientRect().top, y: scrollY }));
  } catch { /* storage is off */ }
});

const back = ({ line, top, y }) => {
  const row = line && document.querySelector(`[data-line="${CSS.escape(line)}"]`);
  if (row) row.querySelector("details")?.setAttribute("open", "");
  scrollTo({ top: row ? scrollY + row.getBoundingClientRect().top - top : y, behavior: "instant" });
};

const place = kept();
if (place) {
  sessionStorage.removeItem(KEY);
  // A refusal has its own place, and the focus; the list of what is allowed is another page.
  if (!document.querySelector("[data-error-summary]") && document.querySelector("[data-part=slots]")) back(place);
}
