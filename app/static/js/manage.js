// Comfort of the back office. Every page works without it.

import "./once.js";

const unitFields = document.querySelectorAll("[data-suggest]");
if (unitFields.length) import("./units.js").then(({ suggest }) => unitFields.forEach(suggest));

// On a phone the navigation is wider than the screen: bring the current section into view.
const nav = document.querySelector(".manage-nav");
const current = nav && nav.querySelector("[aria-current]");
if (current) {
  const [outer, inner] = [nav.getBoundingClientRect(), current.getBoundingClientRect()];
  nav.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}
