// A field that matters only for some choices of a select is shown for those: data-when="name choice choice".

for (const part of document.querySelectorAll("[data-when]")) {
  const [name, ...choices] = part.dataset.when.split(" ");
  const select = part.closest("form").elements[name];
  const show = () => { part.hidden = !choices.includes(select.value); };
  select.addEventListener("change", show);
  window.addEventListener("pageshow", show); // Back brings the old choice
  show();
}
