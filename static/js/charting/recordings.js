// A file that is too large is refused before it is sent. The page works without this: the server refuses it too.
const form = document.querySelector("[data-recording-form]");
const largest = Number(form.querySelector("[data-largest]").dataset.largest);
const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1).replace(/\.0$/, "")} MB`;

const tooLarge = (input) => {
  const file = input.files[0];
  if (!file || file.size <= largest) return "";
  return `“${file.name}” is ${megabytes(file.size)}, and a file may be at most ${megabytes(largest)}. Take a shorter video (about 15 seconds, at a lower resolution) or a photo.`;
};

const looked = (event) => {
  event.target.setCustomValidity(tooLarge(event.target));
  event.target.reportValidity();
};

for (const input of form.querySelectorAll("input[type=file]")) input.addEventListener("change", looked);

form.addEventListener("submit", (event) => {
  const refused = [...form.querySelectorAll("input[type=file]")].find(tooLarge);
  if (!refused) return;
  event.preventDefault();
  refused.reportValidity();
});
