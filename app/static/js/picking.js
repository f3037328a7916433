// 自己选题: what the ticked questions would add up to. The server adds them up, too.

const form = document.querySelector("[data-picking]");
const said = form && form.querySelector("[data-picked]");

function add() {
  const ticked = form.querySelectorAll("input[name=version]:checked").length;
  const points = (Number(form.dataset.total) + ticked * Number(form.dataset.points)) / 10;
  said.textContent = said.dataset.picked.replace("#", ticked).replace("#", points);
}

if (form) form.addEventListener("change", add);
