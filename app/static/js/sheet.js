// Typing in an answer sheet: Enter leads on, the arrows up and down. Without it Tab does.

const form = document.getElementById("sheet");
const places = form ? [...form.querySelectorAll(".typed-sheet input")] : [];

function go(place) {
  place.focus();
  place.select();
}

function pressed(event) {
  const at = places.indexOf(event.target);
  if (at < 0 || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const next = { Enter: at + 1, ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (next === undefined || !places[next]) return; // at the end Enter sends the form
  event.preventDefault();
  go(places[next]);
}

if (form) {
  form.addEventListener("keydown", pressed);
  if (places.length) go(places.find((place) => place.classList.contains("is-invalid")) || places[0]);
}
