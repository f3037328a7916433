// Comfort of the back office. Every page works without it.

const unitFields = document.querySelectorAll("[data-suggest]");
if (unitFields.length) import("./units.js").then(({ suggest }) => unitFields.forEach(suggest));

// On a phone the navigation is wider than the screen: bring the current section into view.
const nav = document.querySelector(".manage-nav");
const current = nav && nav.querySelector("[aria-current]");
if (current) {
  const [outer, inner] = [nav.getBoundingClientRect(), current.getBoundingClientRect()];
  nav.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

// A form is sent once. A second click would let the browser drop the first answer, and with it the one-time
// passwords that only that answer shows.
for (const form of document.querySelectorAll('form[method="post"]')) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    // A download leaves the page where it is: the next one may be asked for after a while.
    if ("download" in form.dataset) setTimeout(() => (sent = false), 5000);
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
}
