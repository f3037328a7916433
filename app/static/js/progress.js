// A page that waits for the worker moves its bar, and loads itself anew when the work has come further.

const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const count = box.querySelector("[data-count]");

async function look() {
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    // Signed out, or the import is gone: the page itself says so.
    if (answer.redirected || (!answer.ok && answer.status < 500)) return location.reload();
    if (answer.ok) {
      const now = await answer.json();
      if (now.state !== box.dataset.state) return location.reload();
      if (now.total) {
        bar.max = now.total;
        bar.value = now.done;
        count.textContent = `${now.done} / ${now.total}`;
      }
    }
  } catch (error) {
    // no network: the next look may find it
  }
  setTimeout(look, 1500);
}

setTimeout(look, 1500);
