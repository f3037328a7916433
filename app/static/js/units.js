// The text field of a unit suggests as one types. Without it the field still takes a name or a code.

const PAUSE = 200;

function fill(list, units) {
  list.replaceChildren(
    ...units.map(({ label, place }) => {
      const option = document.createElement("option");
      option.value = label;
      option.textContent = place;
      return option;
    }),
  );
}

export function suggest(field) {
  let timer = 0;
  let asked = "";
  async function ask() {
    const text = field.value.trim();
    if (text === asked) return;
    asked = text;
    if (!text) return fill(field.list, []);
    const address = new URL(field.dataset.suggest, location.href);
    address.searchParams.set("q", text);
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      if (answer.ok && asked === text) fill(field.list, (await answer.json()).units);
    } catch {
      asked = ""; // not online: the next letter asks again
    }
  }
  field.addEventListener("input", (event) => {
    if (event.isComposing) return; // pinyin on its way to characters
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  field.addEventListener("compositionend", ask);
}
