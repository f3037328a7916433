// 组卷规则: questions and points added up while they are typed. The server adds them up, too.

const form = document.querySelector("[data-totals]");
const total = form.querySelector("[data-total]");

const number = (field) => Number(field && field.value.trim()) || 0;
const round = (points) => Math.round(points * 10) / 10;
const said = (text, ...values) => values.reduce((sofar, value) => sofar.replace("#", value), text);

function add() {
  let count = 0;
  let points = 0;
  for (const section of form.querySelectorAll("[data-section]")) {
    const fields = [...section.querySelectorAll(".grid__counts input")];
    const own = fields.reduce((sum, field) => sum + number(field), 0);
    const worth = round(own * number(section.querySelector("[name$='-points']")));
    section.querySelector("[data-sum]").textContent = own ? said(total.dataset.said, own, worth) : "";
    count += own;
    points = round(points + worth);
  }
  const off = round(points - number(form.elements.total));
  const words = [said(total.dataset.said, count, points)];
  if (off) words.push(said(off < 0 ? total.dataset.less : total.dataset.more, Math.abs(off)));
  total.textContent = words.join("，");
  total.classList.toggle("grid__total--off", off !== 0);
}

form.addEventListener("input", add);
add();
