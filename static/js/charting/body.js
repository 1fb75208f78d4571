// The body chart, pressed or moved over by keys. It writes into the rows of the list, which work without this.
const KEYS = { s: "surface", d: "deep", n: "not_sure" };
const ARROWS = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right" };

const chart = (root) => {
  const figures = root.querySelector("[data-body]");
  const list = root.querySelector("[data-marked]");
  const spare = root.querySelector("[data-spare]");
  const now = root.querySelector("[data-body-now]");
  const places = new Map([...root.querySelectorAll("[data-place]")].map((place) => [place.dataset.place, place]));
  const most = Number(root.dataset.most);
  let here = null; // the place the keys are on

  const part = (row, name) => row.querySelector(`[data-part="${name}"]`);
  const rows = () => [...root.querySelectorAll("[data-mark]")];
  const isBlank = (row) => ["region", "side", "pain"].every((name) => !part(row, name).value);
  const isWhole = (row) => ["region", "side", "pain"].every((name) => part(row, name).value);
  const placeOf = (row) => places.get(`${part(row, "region").value}-${part(row, "side").value}`);
  const rowOf = (place) => rows().find((row) => placeOf(row) === place);

  const words = (place) => {
    const row = rowOf(place);
    if (!row) return `${place.dataset.label}: not marked`;
    if (!part(row, "pain").value) return `${place.dataset.label}: marked, say how strong from 0 to 10`;
    const depth = part(row, "depth").selectedOptions[0].textContent.toLowerCase();
    return `${place.dataset.label}: ${part(row, "pain").value} of 10, ${depth}`;
  };

  // ---------- what is shown follows the rows ----------

  const show = () => {
    places.forEach((place) => {
      const row = rowOf(place);
      const pain = row ? part(row, "pain").value : "";
      place.classList.toggle("is-marked", Boolean(row));
      place.classList.toggle("is-here", place === here);
      place.toggleAttribute("data-pain", Boolean(pain));
      if (pain) place.dataset.pain = pain;
      place.querySelector(".place-pain").textContent = row ? pain || "?" : "";
      place.setAttribute("aria-selected", String(Boolean(row)));
      place.setAttribute("aria-label", words(place));
    });
    rows().forEach(showRow);
    list.hidden = !list.children.length;
    now.textContent = here ? words(here) : "";
    if (here) figures.setAttribute("aria-activedescendant", here.id);
    else figures.removeAttribute("aria-activedescendant");
  };

  // A row that stands for a place of the figure is named by it, and asks only how strong and how deep.
  const showRow = (row) => {
    const place = list.contains(row) && placeOf(row);
    const title = row.querySelector("[data-title]");
    row.classList.toggle("is-placed", Boolean(place));
    title.hidden = !place;
    title.querySelector("[data-title-text]").textContent = place ? place.dataset.label : "";
    title.querySelector("[data-which]").textContent = place ? ` ${place.dataset.label}` : "";
    title.querySelector("[data-open]").hidden = Boolean(part(row, "pain").value);
  };

  const say = (text) => {
    now.textContent = text;
  };

  // ---------- marking ----------

  // The form's own script saves what changes. A row that is begun waits until its pain is said, or the chart is left.
  const changed = (row) => {
    show();
    part(row, "pain").dispatchEvent(new Event("change", { bubbles: true }));
  };

  let leaving = false;

  const waits = (event) => {
    show();
    if (!leaving && rows().some((row) => !isBlank(row) && !isWhole(row))) event.stopPropagation();
  };

  const emptied = (row) => {
    row.querySelectorAll("select").forEach((select) => (select.selectedIndex = 0));
    return row;
  };

  const copyOf = (row) => {
    const copy = emptied(row.cloneNode(true));
    copy.querySelectorAll("[id]").forEach((named) => named.removeAttribute("id"));
    return copy;
  };

  const mark = (place) => {
    const standing = rowOf(place);
    if (standing) return standing;
    if (rows().filter((row) => !isBlank(row)).length >= most) {
      say(`${most} places are marked, and no more can be. Take one away first.`);
      return null;
    }
    const row = rows().find(isBlank);
    if (rows().filter(isBlank).length === 1) spare.append(copyOf(row)); // one is always left to choose from the list
    part(row, "region").value = place.dataset.region;
    part(row, "side").value = place.dataset.side;
    list.append(row);
    changed(row);
    return row;
  };

  const takeAway = (row) => {
    if (!row) return;
    spare.append(emptied(row));
    changed(row);
  };

  const set = (place, name, value) => {
    const row = name === "pain" ? mark(place) : rowOf(place);
    if (!row) return;
    part(row, name).value = value;
    changed(row);
  };

  // ---------- by keys and by pointer ----------

  const go = (place) => {
    here = place;
    show();
  };

  const first = () => [...places.values()].find(rowOf) || places.values().next().value;

  const keyed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !acted(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onward = (arrow) => go(here ? places.get(here.dataset[arrow]) || here : first());

  // Whether the key meant something here; Enter on a place that is marked, or on none, goes on as everywhere.
  const acted = (key) => {
    if (key in ARROWS) onward(ARROWS[key]);
    else if (!here || (key === "Enter" && rowOf(here))) return false;
    else if (key === "Escape") go(null);
    else if (key === "Enter" || key === " ") mark(here);
    else if (/^[0-9t]$/.test(key)) set(here, "pain", key === "t" ? "10" : key);
    else if (key in KEYS) set(here, "depth", KEYS[key]);
    else if (key === "Delete" || key === "Backspace") takeAway(rowOf(here));
    else return false;
    return true;
  };

  const pressed = (event) => {
    const place = event.target.closest("[data-place]");
    if (!place) return;
    go(place);
    const row = mark(place);
    if (row) part(row, "pain").focus();
    event.preventDefault();
  };

  const takenAway = (event) => {
    const button = event.target.closest("[data-take-away]");
    if (!button) return;
    takeAway(button.closest("[data-mark]"));
    figures.focus();
  };

  const left = (event) => {
    const row = rows().find((one) => !isBlank(one) && !isWhole(one));
    if (root.contains(event.relatedTarget) || !row) return;
    leaving = true;
    changed(row);
    leaving = false;
  };

  figures.setAttribute("role", "listbox");
  figures.setAttribute("aria-multiselectable", "true");
  figures.setAttribute("aria-label", figures.dataset.label);
  figures.setAttribute("aria-describedby", root.querySelector("[data-scripted]").id);
  figures.setAttribute("tabindex", "0");
  figures.setAttribute("data-stop", "");
  places.forEach((place) => place.setAttribute("role", "option"));
  root.querySelectorAll("[data-scripted]").forEach((element) => (element.hidden = false));
  root.querySelector("[data-passed-by]").setAttribute("data-passed", "");
  figures.addEventListener("keydown", keyed);
  figures.addEventListener("click", pressed);
  root.addEventListener("click", takenAway);
  root.addEventListener("change", waits);
  root.addEventListener("input", waits);
  root.addEventListener("focusout", left);
  show();
};

document.querySelectorAll("[data-pain-map]").forEach(chart);
