// What is written at length: the number of characters below it, and room that grows with the text.

/** Of a question that is answered in writing; others stay as they are. */
export function write(question) {
  const area = question.querySelector("textarea");
  if (!area) return;
  area.addEventListener("input", () => count(question));
  count(question);
}

export function count(question) {
  const area = question.querySelector("textarea");
  const said = question.querySelector(".written__count");
  if (!area || !said) return;
  const limit = Number(area.dataset.limit);
  const n = [...area.value].length;
  const text = (n > limit ? said.dataset.over : said.dataset.written).replace("{n}", n).replace("{limit}", limit);
  if (said.textContent !== text) said.textContent = text;
  said.classList.toggle("field__error", n > limit);
  if (area.scrollHeight > area.clientHeight) {
    area.style.height = `${Math.min(area.scrollHeight + 4, innerHeight * 0.7)}px`;
  }
}
