// Sign in again without leaving the page. Only the person whose paper this is may go on with it.

import { call, Refusal, useToken } from "./wire.js";

let waiting = null;

/** Resolves when the owner of the attempt is signed in again. `other`: somebody else is, right now. */
export function signInAgain(attempt, words, other = false) {
  if (!waiting) waiting = ask(attempt, words, other).finally(() => { waiting = null; });
  return waiting;
}

function ask(attempt, words, other) {
  const dialog = document.getElementById("ask-sign-in");
  const form = document.getElementById("sign-in");
  const error = document.getElementById("sign-in-error");
  error.textContent = other ? words.other_person : "";
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  if (!dialog.open) dialog.showModal();
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      error.textContent = "";
      try {
        error.textContent = await attemptSignIn(form, attempt, words);
      } catch (failure) {
        error.textContent = words.sign_in_failed;
      }
      button.disabled = false;
      if (error.textContent) return;
      form.reset();
      dialog.close();
      resolve();
    };
  });
}

/** "" when the owner is signed in, else what went wrong in words. */
async function attemptSignIn(form, attempt, words) {
  const page = await fetch("/sign-in", { cache: "no-store", credentials: "same-origin" });
  // Signed in already (in another tab): the page leads elsewhere. Then only the owner has to be confirmed.
  if (!page.redirected) {
    const token = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=csrf_token]");
    const body = new URLSearchParams(new FormData(form));
    body.set("csrf_token", token ? token.value : "");
    const answer = await fetch("/sign-in?next=/csrf", { method: "POST", body, credentials: "same-origin" });
    if (!(answer.headers.get("Content-Type") || "").includes("json")) return words.wrong_password;
  }
  useToken((await call("GET", "/csrf")).csrf_token);
  try {
    await call("GET", `/attempts/${attempt}`);
    return "";
  } catch (failure) {
    if (failure instanceof Refusal && failure.status === 404) return words.other_person;
    throw failure;
  }
}
