// 长辈版 on the exam page: larger at once, for a reload would take the paper away. Elsewhere a form does it.

const COOKIE = "ganxun-display"; // app/web/display.py
const YEAR = 31536000;
const root = document.documentElement;

export function offerDisplay(button) {
  const { plain, large } = button.dataset;
  button.hidden = false;
  button.addEventListener("click", () => {
    const here = document.querySelector(".sheet a.current"); // what the eye is on stays in view
    const on = root.classList.toggle("large");
    button.textContent = on ? plain : large;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `${COOKIE}=${on ? "large" : ""}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
    if (here) document.querySelector(here.hash).scrollIntoView();
  });
}
