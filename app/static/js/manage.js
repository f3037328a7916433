// Comfort of the back office. Every page works without it.

import "./once.js";

const unitFields = document.querySelectorAll("[data-suggest]");
if (unitFields.length) import("./units.js").then(({ suggest }) => unitFields.forEach(suggest));

// On a phone the navigation is wider than the screen: bring the current section into view.
for (const nav of document.querySelectorAll(".manage-nav, .subnav")) {
  const current = nav.querySelector("[aria-current]");
  if (!current) continue;
  const [outer, inner] = [nav.getBoundingClientRect(), current.getBoundingClientRect()];
  nav.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}
