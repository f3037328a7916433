// Sign in again without leaving the page, step by step: name and password, a one-time code where there is one,
// a new password where one is due. Only the person whose paper this is may go on with it.

import { call, Refusal, useToken } from "./wire.js";

const FIELDS = { start: ["username", "password"], code: ["code"], password: ["new_password"] };
let waiting = null;
let token = "";

/** Resolves when the owner of the attempt is signed in again. `other`: somebody else is, right now. */
export function signInAgain(attempt, words, other = false) {
  if (!waiting) waiting = ask(attempt, words, other).finally(() => { waiting = null; });
  return waiting;
}

function ask(attempt, words, other) {
  const dialog = document.getElementById("ask-sign-in");
  const form = document.getElementById("sign-in");
  const error = document.getElementById("sign-in-error");
  let step = show(form, "start");
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
        const result = await take(step, form, attempt, words);
        error.textContent = result.message || "";
        if (result.step && result.step !== "done") step = show(form, result.step);
        if (result.advice) document.getElementById("sign-in-advice").textContent = result.advice;
        if (result.step === "done") {
          form.reset();
          dialog.close();
          resolve();
        }
      } catch (failure) {
        error.textContent = words.sign_in_failed;
      }
      button.disabled = false;
    };
  });
}

/** Shows the fields of one step alone; the others are disabled, so that they ask for nothing. */
function show(form, step) {
  for (const part of form.querySelectorAll("fieldset")) {
    part.hidden = part.disabled = part.dataset.step !== step;
    for (const input of part.querySelectorAll("input[type=password], [name=code]")) input.value = "";
  }
  const first = form.querySelector(`fieldset[data-step="${step}"] input`);
  if (form.closest("dialog").open) first.focus();
  return step;
}

/** One step: {step: where to go on, message: what is wrong, advice}. */
async function take(step, form, attempt, words) {
  let reply = step === "start" ? await send("GET") : {};
  // Signed in already (in another tab): then only the owner has to be confirmed.
  if (!reply.signed_in) {
    const given = FIELDS[step].map((name) => [name, form.elements[name].value]);
    reply = await send("POST", Object.fromEntries(given));
    if (reply.reason === "start_anew") return { step: "start", message: reply.message };
    if (reply.step !== "done") return reply;
  }
  useToken(reply.csrf_token);
  try {
    await call("GET", `/attempts/${attempt}`);
    return { step: "done" };
  } catch (failure) {
    if (failure instanceof Refusal && failure.status === 404) return { step: "start", message: words.other_person };
    throw failure;
  }
}

async function send(method, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": token };
  const response = await fetch("/sign-in.json", {
    method, headers, credentials: "same-origin", cache: "no-store", body: body && JSON.stringify(body),
  });
  const reply = await response.json();
  token = reply.csrf_token || token;
  return reply;
}
