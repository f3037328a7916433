// A form is sent once. A second click would let the browser drop the first answer, and with it the one-time
// codes that only that answer shows.
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
