// Plays a session, one thing at a time. Every answer is kept on the phone as it is given (told.js); the finished session
// goes into the queue (phone.js) and from there to the clinic, now or when there is signal. Without this file the form
// works.
(() => {
  const portal = (self.portal = self.portal || {});
  const phone = portal.phone;
  const root = document.querySelector("[data-player]");
  const part = (name) => root.querySelector(`[data-${name}]`);
  const view = (name) => root.querySelector(`[data-view="${name}"]`);
  const VIEWS = ["exercise", "run", "end", "kept"];

  const showOnly = (kind) => VIEWS.forEach((one) => { view(one).hidden = one !== kind; });
  const isOver = () => !view("kept").hidden;

  const openPlayer = () => {
    document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = true; });
    root.hidden = false;
    document.body.classList.add("is-playing"); // the answers stand where the navigation was
  };

  const closePlayer = () => {
    root.hidden = true;
    document.body.classList.remove("is-playing");
    document.querySelectorAll("[data-plain]").forEach((one) => { one.hidden = false; });
  };

  // Warm-up, the run, the work, and what is done after the run; then the questions about all of it.
  const inOrder = ({ runs, steps }) => [
    ...steps.filter((one) => !one.after_run && one.moment),
    ...(runs ? ["run"] : []),
    ...steps.filter((one) => !one.after_run && !one.moment),
    ...steps.filter((one) => one.after_run),
    "end",
  ];

  const showCount = (at, last) => {
    part("count").textContent = at === last ? "Last page" : `${at + 1} of ${last}`;
    part("progress").max = last + 1;
    part("progress").value = at + (at === last ? 1 : 0);
    part("back").hidden = at === 0;
  };

  const showStop = (stops, atEnd) => {
    const isNew = stops && part("stop").hidden;
    part("stop").hidden = !stops;
    root.classList.toggle("is-stopped", stops);
    part("to-end").hidden = atEnd;
    if (isNew) part("stop").scrollIntoView({ block: "start" });
  };

  const lookAt = (kind) => {
    window.scrollTo(0, 0);
    view(kind).querySelector("h2").focus({ preventScroll: true });
  };

  // ---------- the finished session ----------

  const whyItWaits = (left, state) => {
    if (left.refused) return left.refused;
    if (state === "signed-out") return "You were signed out. Sign in again, and it is sent.";
    return "There is no signal. It is sent when there is signal again. You need not do anything.";
  };

  const sayKept = (title, words) => {
    part("kept-title").textContent = title;
    part("kept-words").textContent = words;
  };

  const showKept = (stops) => {
    showOnly("kept");
    document.body.classList.remove("is-playing");
    showStop(stops, true);
    part("back").hidden = true;
    part("count").textContent = "Finished";
    sayKept("Kept on this phone", "Sending…");
    view("kept").querySelector("h2").focus();
  };

  const finish = async (telling, stops) => {
    await telling.finish(stops);
    await phone.askToSend();
    portal.screen.letGo();
    showKept(stops);
    const { state } = await phone.send(portal.urls);
    // By this page, or by the worker a moment before it.
    const ours = ((await phone.fact("sent")) || []).find((one) => one.key === telling.key);
    if (ours) {
      await phone.setFact("sent", []); // the page it leads to says so
      return location.replace(ours.url);
    }
    const left = (await phone.queue()).find((one) => one.key === telling.key);
    if (!left) return sayKept("Sent", "Your clinic has it."); // another page of ours sent it, and said so
    const isRefused = Boolean(left.refused);
    sayKept(isRefused ? "Not stored yet" : "Kept on this phone", whyItWaits(left, state));
    const correct = part("kept-correct").querySelector("a");
    part("kept-correct").hidden = !(isRefused && portal.leadsToCorrect(correct, left, telling.version));
    return portal.showUnsent && portal.showUnsent();
  };

  // ---------- one step after another; the browser's back and forward do the same ----------

  // Where a refused field stands: the run, an exercise, or the last page.
  const placeOf = (at, order) => {
    if (at.startsWith("run_")) return order.indexOf("run");
    const [, id] = at.match(/^[a-z]+_(\d+)$/) || [];
    return order.findIndex((one) => String(one.id) === id);
  };

  // `given`: what portal:coming says of everybody's rules, with one `session`; `today` the day to log it for.
  portal.play = async (given, today = portal.localDay()) => {
    const { session, pain } = given;
    const telling = await portal.telling(given, today);
    const order = inOrder(session);
    const last = order.length - 1;
    let at = -1;

    const go = (to) => { location.hash = String(Math.min(Math.max(to, 0), last) + 1); };
    const onward = () => go(part("stop").hidden ? at + 1 : last); // after a stop nothing else is done
    const judge = () => {
      const stops = telling.stops();
      showStop(stops, at === last);
      return stops;
    };
    const answers = () => telling.answersOf(order[at]);
    const { changed } = telling;
    const steps = portal.steps(root, { answers, changed, onward, hurts: judge, sudden: () => telling.sudden(root.dataset.suddenSign), pain, figures: given.figures });
    const pages = {
      exercise: steps,
      run: portal.runView(root, { session, pain, telling, onward }),
      end: portal.endView(root, { session, today, telling, judge, finish: () => finish(telling, judge()) }),
    };

    const show = (to, focus = true) => {
      steps.leave();
      at = to;
      const kind = typeof order[at] === "string" ? order[at] : "exercise";
      showOnly(kind);
      showCount(at, last);
      pages[kind].show(order[at]);
      judge();
      if (focus) lookAt(kind);
    };
    const fromAddress = () => {
      const number = Number(location.hash.slice(1));
      return Number.isInteger(number) && number >= 1 && number <= order.length ? number - 1 : 0;
    };

    window.addEventListener("hashchange", () => { if (!isOver()) show(fromAddress()); });
    part("back").addEventListener("click", () => go(at - 1));
    part("to-end").addEventListener("click", () => go(last));
    openPlayer();
    portal.screen.keepOn();
    const { wrong } = telling.told;
    if (!wrong || location.hash) return show(fromAddress(), false);
    const place = placeOf(wrong.at, order);
    show(place < 0 ? last : place, false);
    history.replaceState(null, "", `#${at + 1}`);
    const page = typeof order[at] === "string" ? pages[order[at]] : null;
    return page && page.sayWrong(wrong.at, wrong.words);
  };

  // ---------- the page with signal brings its session with it ----------

  // The form on the page has the figures of its exercises; what may be done instead comes with the session.
  const figuresHere = () => Object.fromEntries([...document.querySelectorAll("[data-figure-of]")].map((one) => [one.dataset.figureOf, one.outerHTML]));

  const showStopAlone = () => {
    openPlayer();
    document.body.classList.remove("is-playing");
    part("stop").hidden = false;
    ["to-end", "back"].forEach((one) => { part(one).hidden = true; });
  };

  const begin = async (given) => {
    await phone.belongsTo(given.who);
    if (portal.corrected() || !(await phone.fact("stopped"))) return portal.play({ ...given, figures: { ...figuresHere(), ...given.figures } }, given.today);
    // A stop that the clinic may not know of yet: send it, and let the clinic's page say what holds.
    await phone.send(portal.urls);
    if (!(await phone.fact("stopped"))) return location.reload();
    return showStopAlone();
  };

  // A phone that cannot keep anything shows the form instead.
  const here = document.getElementById("played");
  if (here) begin(JSON.parse(here.textContent)).catch(closePlayer);
})();
