// One box that ticks all the rows of the page, and how many are ticked.

const all = document.querySelector("[data-all]");
if (all) {
  const boxes = [...all.form.querySelectorAll(`[name="${all.dataset.all}"]`)];
  const said = all.form.querySelector("[data-said]");
  const unticked = said.textContent;
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    said.textContent = ticked ? said.dataset.said.replace("#", ticked) : unticked;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.closest("label").hidden = false;
  all.addEventListener("change", () => {
    boxes.forEach((box) => (box.checked = all.checked));
    show();
  });
  boxes.forEach((box) => box.addEventListener("change", show));
  show();
}
