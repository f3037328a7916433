// Questions in the page: what they hold, in the wire's values.

export function read(question) {
  const inputs = [...question.querySelectorAll("input")];
  const chosen = inputs.filter((input) => input.checked).map((input) => input.value);
  switch (question.dataset.kind) {
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
  const inputs = [...question.querySelectorAll("input")];
  if (question.dataset.kind === "blanks") {
    inputs.forEach((input, n) => { input.value = (value && value[n]) || ""; });
    return;
  }
  const chosen = value === null ? [] : [].concat(value).map(String);
  inputs.forEach((input) => { input.checked = chosen.includes(input.value); });
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
  if (!answered(value)) return words.empty;
  if (question.dataset.kind === "judge") return value ? words.true : words.false;
  if (question.dataset.kind === "blanks") return value.join("；");
  const letter = (key) => {
    const input = question.querySelector(`input[value="${CSS.escape(key)}"]`);
    const mark = input && input.parentElement.querySelector(".option__mark");
    return mark ? mark.textContent : key;
  };
  return [].concat(value).map(letter).sort().join("");
}
