// The clock of a session: get ready, hold, rest; with pause, and with the sounds and shakes of signals.js.
(() => {
  const portal = (self.portal = self.portal || {});
  // Runs phases {words, seconds, ready} one after another and calls `finished` at the end, unless it was cleared.
  portal.clock = (box) => {
    const part = (name) => box.querySelector(`[data-clock${name}]`);
    const face = part("");
    let phases = [];
    let finished = null;
    let left = 0; // milliseconds of this phase
    let since = 0; // when it last went on; 0: paused
    let ticking = 0;
    let shown = -1;

    const remaining = () => (since ? left - (performance.now() - since) : left);

    const show = () => {
      const seconds = Math.max(Math.ceil(remaining() / 1000), 0);
      if (seconds === shown) return;
      shown = seconds;
      part("-left").textContent = seconds < 100 ? String(seconds) : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      part("-bar").max = phases[0].seconds;
      part("-bar").value = phases[0].seconds - seconds;
      if (seconds > 0 && seconds <= 3) portal.sound.soon();
    };

    const begin = () => {
      left = phases[0].seconds * 1000;
      since = performance.now();
      shown = -1;
      part("-words").textContent = phases[0].words;
      part("-skip").textContent = phases[0].ready ? "Start now" : "Skip";
      part("-said").textContent = `${phases[0].words}, ${phases[0].seconds} seconds`;
      show();
    };

    const next = () => {
      phases.shift();
      portal.sound.over();
      portal.shake(phases.length ? 200 : [200, 100, 200]);
      if (phases.length) return begin();
      const then = finished;
      clear();
      then();
    };

    const tick = () => {
      if (!since) return;
      if (remaining() <= 0) next();
      else show();
    };

    const clear = () => {
      clearInterval(ticking);
      if (phases.length && !since) portal.screen.goOn(); // left while it was paused
      phases = [];
      finished = null;
      ticking = 0;
      since = 0;
      face.hidden = true;
      part("-pause").textContent = "Pause";
    };

    part("-pause").addEventListener("click", () => {
      left = remaining();
      since = since ? 0 : performance.now();
      if (since) portal.screen.goOn();
      else portal.screen.pause();
      part("-pause").textContent = since ? "Pause" : "Go on";
      part("-said").textContent = since ? "Going on" : `Paused, ${shown} seconds left`;
    });
    part("-skip").addEventListener("click", next);

    return {
      clear,
      get isRunning() { return phases.length > 0; },
      run(given, then) {
        clear();
        portal.sound.wake();
        phases = [...given];
        finished = then;
        face.hidden = false;
        begin();
        ticking = setInterval(tick, 100);
      },
    };
  };
})();
