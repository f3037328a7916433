// Signing out leaves nothing of an exam in this browser. The server asks for that too (Clear-Site-Data), but
// browsers obey it over HTTPS only.

for (const form of document.querySelectorAll('form[action$="/sign-out"]')) {
  form.addEventListener("submit", () => {
    try {
      indexedDB.deleteDatabase("ganxun-exam");
      for (const storage of [localStorage, sessionStorage]) {
        Object.keys(storage).filter((name) => name.startsWith("exam-")).forEach((name) => storage.removeItem(name));
      }
    } catch (error) {
      // no storage, nothing to leave
    }
  });
}
