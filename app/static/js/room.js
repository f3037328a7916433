// The board of a room: asks every three seconds how it is, and changes only what has changed. Without it the
// page shows how it was when it was loaded.

const EVERY = 3000;
const room = document.querySelector("#room");
const at = document.querySelector("#room-at");

if (room) {
  const states = JSON.parse(room.dataset.states);
  const seats = new Map([...room.querySelectorAll(".seat")].map((seat) => [seat.id.slice(5), seat]));
  const counts = [...document.querySelectorAll("#room-counts [data-state]")];
  let last = "";

  // One state of the room, or all of it.
  const only = document.querySelector("#seats");
  const buttons = counts.map((count) => count.querySelector(".room-only"));
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of buttons) other.setAttribute("aria-pressed", String(on && other === button));
      only.dataset.only = on ? button.parentElement.dataset.state : "";
    });
  }

  const show = (seat, [state, said]) => {
    const shown = `seat seat--${state}`;
    if (seat.className !== shown) {
      seat.className = shown;
      seat.querySelector(".seat__state").textContent = states[state];
    }
    const words = seat.querySelector(".seat__said");
    if (words.textContent !== said) words.textContent = said;
  };

  const look = async () => {
    try {
      const answer = await fetch(room.dataset.now, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (answer.redirected || answer.status === 401 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(answer.status);
      const now = await answer.json();
      const many = {};
      for (const [person, seat] of seats) {
        const standing = now.seats[person] || ["absent", ""];
        many[standing[0]] = (many[standing[0]] || 0) + 1;
        show(seat, standing);
      }
      for (const count of counts) count.querySelector("b").textContent = many[count.dataset.state] || 0;
      last = now.at;
      at.textContent = at.dataset.at.replace("#", last);
      at.classList.remove("field__error");
    } catch (error) {
      if (last) at.textContent = at.dataset.lost.replace("#", last);
      at.classList.add("field__error");
    }
    setTimeout(look, document.hidden ? EVERY * 10 : EVERY);
  };
  setTimeout(look, EVERY);
}
