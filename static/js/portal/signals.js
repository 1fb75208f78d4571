// What a phone does beside the page while somebody trains: beeps, shakes, and keeps its screen on. A browser that can do
// none of it plays the session all the same.
(() => {
  const portal = (self.portal = self.portal || {});
  const QUIET = "quiet"; // the fact that the patient turned the sound off; it goes with everything else at sign-out
  let audio = null;
  let loud = true;

  const ignore = () => { /* No sound on this phone: the words and the numbers are enough. */ };

  // A phone lets a page sound only once it was asked to in a tap: called when the clock is started.
  const wake = () => {
    if (!loud) return;
    try {
      audio = audio || new AudioContext();
      Promise.resolve(audio.resume()).catch(ignore);
    } catch {
      ignore();
    }
  };

  const beep = (pitch, milliseconds) => {
    wake();
    if (!loud || !audio) return;
    try {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      volume.gain.value = 0.2;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(audio.destination);
      tone.start();
      tone.stop(audio.currentTime + milliseconds / 1000);
    } catch {
      ignore();
    }
  };

  portal.sound = {
    wake,
    soon: () => beep(660, 90),
    over: () => beep(990, 260),
    get on() { return loud; },
    async recall() { loud = !(await portal.phone.fact(QUIET)); },
    turn() {
      loud = !loud;
      portal.phone.setFact(QUIET, !loud).catch(ignore);
    },
  };

  portal.shake = (pattern) => { if (navigator.vibrate) navigator.vibrate(pattern); };

  // ---------- the screen ----------

  let wanted = false; // a session is open
  let paused = false;
  let held = null;
  let asking = false;

  // One lock at most, and none that came after it was no longer wanted.
  const hold = async () => {
    const may = () => wanted && !paused && document.visibilityState === "visible";
    if (!navigator.wakeLock || asking || (held && !held.released) || !may()) return;
    asking = true;
    try {
      held = await navigator.wakeLock.request("screen");
    } catch {
      held = null; // a phone that will not goes dark as always
    }
    asking = false;
    if (!may()) release();
  };

  const release = () => {
    if (held) Promise.resolve(held.release()).catch(ignore);
    held = null;
  };

  portal.screen = {
    keepOn() { wanted = true; paused = false; hold(); },
    pause() { paused = true; release(); },
    goOn() { paused = false; hold(); },
    letGo() { wanted = false; release(); },
  };

  // The browser takes the lock away from a page that is not seen; it is asked for anew when the page is.
  document.addEventListener("visibilitychange", hold);
})();
