// Says in words how long a chosen time is still kept. The page itself names the moment, for whoever runs without this.
const line = document.querySelector("[data-seconds-left]");
if (line) {
  const left = line.querySelector("[data-left]");
  const ends = performance.now() + Number(line.dataset.secondsLeft) * 1000;
  let said = "";
  const say = (words) => {
    if (words !== said) left.textContent = said = words; // a screen reader reads each change once
  };
  const tell = () => {
    const seconds = Math.ceil((ends - performance.now()) / 1000);
    if (seconds <= 0) {
      say("The time is over. Go on all the same: if it is still free, it is yours.");
      return;
    }
    const minutes = Math.ceil(seconds / 60);
    say(minutes > 1 ? `About ${minutes} minutes left.` : "Less than a minute left.");
    setTimeout(tell, 1000);
  };
  tell();
}
