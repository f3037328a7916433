// The form of a question: shows what its kind wants, and fetches the clauses of a set without a new page.

function fit(box) {
  const kind = box.querySelector("select[name$=kind]").value;
  for (const part of box.querySelectorAll("[data-for]")) {
    if (part.closest("[data-asked]") !== box) continue;
    part.hidden = !part.dataset.for.split(" ").includes(kind);
    // What is hidden is not sent, so that nothing typed for another kind comes with it.
    if (part.matches("fieldset")) part.disabled = part.hidden;
    for (const field of part.querySelectorAll(":scope > .form-control, :scope > .form-select")) field.disabled = part.hidden;
  }
}

for (const box of document.querySelectorAll("[data-asked]")) {
  box.addEventListener("change", (event) => {
    if (event.target.matches("select[name$=kind]") && event.target.closest("[data-asked]") === box) fit(box);
  });
  fit(box);
}

const sets = document.querySelector("[data-clauses]");
const shelves = document.querySelector("#shelves");
if (sets) {
  sets.addEventListener("change", async () => {
    const code = sets.value;
    const there = [...shelves.children].find((shelf) => shelf.dataset.set === code);
    if (there) there.open = true;
    if (!code || there) return;
    try {
      const answer = await fetch(`${sets.dataset.clauses}?set=${encodeURIComponent(code)}`);
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      shelves.append(...page.body.children);
    } catch (error) {
      // no network: the button beside the list asks for the whole page
    }
  });
}
