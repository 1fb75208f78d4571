// The clock of a session: get ready, hold, rest; with sound, vibration and pause. Keeps the screen on while it is open.
(() => {
  const portal = (self.portal = self.portal || {});
  let audio = null;
  let loud = true;
  let lock = null;

  const beep = (pitch, milliseconds) => {
    if (!loud) return;
    try {
      audio = audio || new AudioContext();
      audio.resume();
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = 0.2;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + milliseconds / 1000);
    } catch {
      // No sound on this phone: the words and the numbers are enough.
    }
  };
  const shake = (pattern) => { if (navigator.vibrate) navigator.vibrate(pattern); };

  // Runs phases {words, seconds, quiet} one after another and calls `finished` at the end, unless it was cleared.
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
      part("-left").textContent = String(seconds);
      part("-bar").max = phases[0].seconds;
      part("-bar").value = phases[0].seconds - seconds;
      if (seconds > 0 && seconds <= 3) beep(660, 90);
    };

    const begin = () => {
      left = phases[0].seconds * 1000;
      since = performance.now();
      shown = -1;
      part("-words").textContent = phases[0].words;
      part("-said").textContent = `${phases[0].words}, ${phases[0].seconds} seconds`;
      show();
    };

    const next = () => {
      phases.shift();
      beep(990, 260);
      shake(phases.length ? 200 : [200, 100, 200]);
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
      part("-pause").textContent = since ? "Pause" : "Go on";
      part("-said").textContent = since ? "Going on" : `Paused, ${shown} seconds left`;
    });
    part("-skip").addEventListener("click", next);

    return {
      clear,
      get isRunning() { return phases.length > 0; },
      run(given, then) {
        clear();
        phases = [...given];
        finished = then;
        face.hidden = false;
        begin();
        ticking = setInterval(tick, 100);
      },
    };
  };

  portal.sound = {
    get on() { return loud; },
    turn() { loud = !loud; },
  };

  // The screen stays on while the session is in front; a phone that cannot do so goes dark as always.
  portal.awake = async () => {
    if (!navigator.wakeLock || document.visibilityState !== "visible") return;
    try {
      lock = await navigator.wakeLock.request("screen");
    } catch {
      lock = null;
    }
  };
  portal.asleep = () => { if (lock) lock.release(); lock = null; };
})();
