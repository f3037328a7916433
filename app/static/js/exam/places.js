// Order and match under the thumb: taps in place of selects, which go on holding the answer. Every word that
// is said here stands in the page already.

/** Puts buttons in the place of the selects of a question of kind order or match; others stay as they are. */
export function enhance(question) {
  const kind = KINDS[question.dataset.kind];
  if (!kind) return;
  kind.make(question);
  question.querySelector(".places__how").hidden = false;
  kind.draw(question);
}

/** Shows what the selects hold, after something else wrote it there. */
export function redraw(question) {
  if (question.querySelector(".tap")) KINDS[question.dataset.kind].draw(question);
}

function places(question) {
  return [...question.querySelectorAll("select")];
}

/** Options in the order shown: {key, said}. A select lists them after its empty choice. */
function options(question) {
  const choices = [...question.querySelector("select").options].slice(1);
  const lines = [...question.querySelectorAll(".lettered__item")];
  return choices.map(({ value }, n) => {
    const [mark, text] = lines[n].querySelectorAll(".option__mark, .option__text");
    return { key: value, mark: mark.textContent, said: `${mark.textContent} ${text.textContent}` };
  });
}

function nameOf(place) {
  return place.labels[0].textContent.trim();
}

function button(className, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `tap ${className}`;
  made.addEventListener("click", act);
  return made;
}

function changed(question, place) {
  redraw(question);
  place.dispatchEvent(new Event("change", { bubbles: true }));
}

// ---- Order: each option is a button; a tap gives it the first free place, another takes it away again

function makeOrder(question) {
  const lines = question.querySelectorAll(".lettered__item");
  options(question).forEach(({ key }, n) => {
    const tap = button("tap--line", () => order(question, key));
    const number = document.createElement("span");
    number.className = "tap__number";
    tap.append(number, ...lines[n].childNodes);
    lines[n].append(tap);
  });
  question.querySelector(".places").hidden = true;
}

function order(question, key) {
  const held = places(question).find((place) => place.value === key);
  const place = held || places(question).find(({ value }) => !value);
  place.value = held ? "" : key;
  changed(question, place);
}

function drawOrder(question) {
  const taps = question.querySelectorAll(".tap");
  options(question).forEach(({ key, said }, n) => {
    const at = places(question).findIndex((place) => place.value === key);
    taps[n].setAttribute("aria-pressed", at >= 0);
    taps[n].setAttribute("aria-label", at >= 0 ? `${said} ${nameOf(places(question)[at])}` : said);
    taps[n].querySelector(".tap__number").textContent = at >= 0 ? at + 1 : "";
  });
}

// ---- Match: a row of letters for each prompt; a letter fits once, so taken here it is given up there

function makeMatch(question) {
  for (const place of places(question)) {
    const taps = document.createElement("div");
    taps.className = "taps";
    taps.setAttribute("role", "group");
    taps.setAttribute("aria-label", nameOf(place));
    for (const { key, mark, said } of options(question)) {
      const tap = button("tap--letter", () => match(question, place, key));
      tap.textContent = mark;
      tap.setAttribute("aria-label", said);
      taps.append(tap);
    }
    const chosen = document.createElement("p");
    chosen.className = "place__said";
    place.after(taps, chosen);
    place.hidden = true;
  }
}

function match(question, place, key) {
  const held = places(question).find(({ value }) => value === key);
  if (held) held.value = "";
  place.value = held === place ? "" : key;
  changed(question, place);
}

function drawMatch(question) {
  const all = options(question);
  const used = places(question).map(({ value }) => value);
  for (const place of places(question)) {
    const taps = place.parentElement.querySelectorAll(".tap");
    all.forEach(({ key }, n) => {
      taps[n].setAttribute("aria-pressed", place.value === key);
      taps[n].classList.toggle("tap--used", place.value !== key && used.includes(key));
    });
    const chosen = all.find(({ key }) => key === place.value);
    place.parentElement.querySelector(".place__said").textContent = chosen ? chosen.said : "";
  }
}

const KINDS = {
  order: { make: makeOrder, draw: drawOrder },
  match: { make: makeMatch, draw: drawMatch },
};
