// Questions in the page: what they hold, in the wire's values.

import { redraw } from "./places.js";

const WRITTEN = ["recite", "short", "essay"];
const PLACED = ["order", "match"];

export function read(question) {
  const { kind } = question.dataset;
  if (WRITTEN.includes(kind)) return question.querySelector("textarea").value || null;
  const inputs = [...question.querySelectorAll(PLACED.includes(kind) ? "select" : "input")];
  const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
  switch (kind) {
    case "single": return chosen.length ? chosen[0] : null;
    case "judge": return chosen.length ? chosen[0] === "true" : null;
    case "multiple": return chosen.length ? chosen.sort() : null;
    default: {
      const texts = inputs.map((input) => input.value);
      return answered(texts) ? texts : null;
    }
  }
}

export function write(question, value) {
  const { kind } = question.dataset;
  if (WRITTEN.includes(kind)) {
    question.querySelector("textarea").value = value || "";
  } else if (PLACED.includes(kind) || kind === "blanks") {
    const places = question.querySelectorAll("select, input");
    places.forEach((place, n) => { place.value = (value && value[n]) || ""; });
    redraw(question);
  } else {
    const chosen = value === null ? [] : [].concat(value).map(String);
    question.querySelectorAll("input").forEach((input) => { input.checked = chosen.includes(input.value); });
  }
}

/** Whether something was answered since the server sent the page. */
export function touched(question) {
  return [...question.querySelectorAll("input, textarea, option")].some((field) => {
    if (field.localName === "option") return field.selected !== (field.defaultSelected || untouched(field));
    if (field.type === "text" || field.type === "textarea") return field.value !== field.defaultValue;
    return field.checked !== field.defaultChecked;
  });
}

// The first choice of a select is shown where none was sent as chosen.
function untouched(option) {
  return option.value === "" && !option.parentElement.querySelector("option[selected]");
}

/** Whether more was written than can be saved. Counted as the server counts, by code points. */
export function tooLong(question) {
  const area = question.querySelector("textarea");
  return area !== null && [...area.value].length > Number(area.dataset.limit);
}

/** Whether anything was answered: false is an answer, an empty blank is none. */
export function answered(value) {
  return Array.isArray(value) ? value.some((text) => text.trim()) : value !== null && value !== "";
}

export function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** A value in words, with the option letters that this person sees. */
export function inWords(question, value, words) {
  const { kind } = question.dataset;
  if (!answered(value)) return words.empty;
  if (WRITTEN.includes(kind)) return value;
  if (kind === "judge") return value ? words.true : words.false;
  if (kind === "blanks") return value.join("；");
  const letters = [].concat(value).map((key) => (key ? letter(question, key) : words.empty));
  if (kind === "order") return letters.join(" → ");
  if (kind === "match") return letters.map((one, n) => `(${n + 1}) ${one}`).join(" ");
  return letters.sort().join("");
}

function letter(question, key) {
  const input = question.querySelector(`[value="${CSS.escape(key)}"]`);
  if (!input) return key;
  const mark = input.parentElement.querySelector(".option__mark");
  return mark ? mark.textContent : input.textContent.slice(0, 1);
}
