// Signing out leaves nothing of an exam in this browser. The server asks for that too (Clear-Site-Data), but
// browsers obey it over HTTPS only. Answers that have not reached the server are not thrown away unasked.

const DATABASE = "ganxun-exam";

/** How many answers wait in the exam's queue (exam/queue.js). */
function unsent() {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(DATABASE);
      opening.onupgradeneeded = () => opening.transaction.abort(); // there was none: do not make one
      opening.onerror = () => resolve(0);
      opening.onsuccess = () => {
        const database = opening.result;
        const done = (n) => {
          database.close();
          resolve(n);
        };
        const counting = database.transaction("answers").objectStore("answers").count();
        counting.onsuccess = () => done(counting.result);
        counting.onerror = () => done(0);
      };
    } catch (error) {
      resolve(0);
    }
  });
}

function forget() {
  try {
    indexedDB.deleteDatabase(DATABASE);
    for (const storage of [localStorage, sessionStorage]) {
      Object.keys(storage).filter((name) => name.startsWith("exam-")).forEach((name) => storage.removeItem(name));
    }
  } catch (error) {
    // no storage, nothing to leave
  }
}

for (const form of document.querySelectorAll("form[data-unsent]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const n = await unsent();
    if (n > 0 && !confirm(form.dataset.unsent.replace("{n}", n))) return;
    forget();
    form.submit();
  });
}
