// Marking by keyboard: a number, Enter, a number, Enter, and the next answer. Without it the page is a plain form.

const form = document.getElementById("mark");
const places = [...form.querySelectorAll("input[data-most]")];
const total = document.getElementById("total");
const keys = document.querySelector(".mark__keys");

/** Tenths that a place holds, or NaN. */
function tenths(place) {
  const text = place.value.trim().replace("。", ".").replace("．", ".");
  return /^\d{1,3}([.]\d)?$/.test(text) ? Math.round(Number(text) * 10) : NaN;
}

function add() {
  let sum = 0;
  for (const place of places) {
    const given = tenths(place);
    const wrong = place.value.trim() !== "" && !(given <= Math.round(Number(place.dataset.most) * 10));
    place.classList.toggle("is-invalid", wrong);
    place.setAttribute("aria-invalid", wrong);
    sum += given || 0;
  }
  total.textContent = String(sum / 10);
}

function go(place) {
  place.focus();
  place.select();
}

function pressed(event) {
  const at = places.indexOf(event.target);
  if (at < 0 || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "=") {
    event.target.value = event.target.dataset.most;
    add();
  } else if (event.key === "ArrowUp") {
    if (at > 0) go(places[at - 1]);
  } else if (event.key === "ArrowDown" || (event.key === "Enter" && at < places.length - 1)) {
    if (at < places.length - 1) go(places[at + 1]);
  } else if (event.key === "Enter") {
    const empty = places.find((place) => Number.isNaN(tenths(place)));
    if (!empty) return; // the form goes out
    go(empty);
  } else {
    return;
  }
  event.preventDefault();
}

// What is typed stays in this tab until it is saved: a reload or signing in again loses nothing.
const draft = `mark:${form.action}`;
const { comment, seen } = form.elements;

function keep() {
  const typed = { seen: seen.value, parts: places.map((one) => one.value), comment: comment.value };
  sessionStorage.setItem(draft, JSON.stringify(typed));
}

/** What was typed on top of this revision; what was saved since stands above it. */
function bringBack() {
  const kept = JSON.parse(sessionStorage.getItem(draft) || "null");
  if (!kept || kept.seen !== seen.value) return;
  places.forEach((place, n) => (place.value = kept.parts[n]));
  comment.value = kept.comment;
}

/** Alt+K passes over, Alt+U goes back; where the buttons are there. */
function aside(event) {
  if (!event.altKey || event.ctrlKey || event.metaKey) return;
  const to = { KeyK: "pass", KeyU: "before" }[event.code];
  const button = to && document.getElementById(to);
  if (!button) return;
  event.preventDefault();
  button.click();
}

document.addEventListener("keydown", aside);
form.addEventListener("keydown", pressed);
form.addEventListener("input", add);
form.addEventListener("input", keep);
keys.hidden = false;
bringBack();
add();
// On a phone the keyboard would cover the answer before it is read.
const desk = window.matchMedia("(min-width: 992px)").matches;
if (desk && places.length && !places[0].closest("fieldset").disabled) {
  go(places.find((place) => !place.value) || places[0]);
}
