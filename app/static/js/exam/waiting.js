// The waiting room: counts down by the server's clock and starts by itself, spread over some seconds so that a
// county does not knock in the same instant. Without it the page refreshes and has a button.

import { minutes } from "./clock.js";
import { call, Refusal, useToken } from "./wire.js";

const JITTER = 5000;
const POLL = 15000;
const NOT_YET = ["not_open", "waiting"]; // the clocks here and there may differ by the way of a message
const bell = document.getElementById("bell");
const loaded = performance.now();

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function say(text) {
  document.getElementById("bell-text").textContent = text;
}

/** Start, and go on until it is done or plainly refused. */
async function start() {
  const time = document.getElementById("bell-time");
  if (time) time.hidden = true;
  say(bell.dataset.starting);
  await sleep(Math.random() * JITTER);
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      const state = await call("POST", `/exams/${bell.dataset.exam}/attempts`);
      location.assign(`/sit/${state.attempt}`);
      return;
    } catch (error) {
      if (error instanceof Refusal && !NOT_YET.includes(error.reason)) {
        say(error.message);
        return;
      }
      say(bell.dataset.busy);
    }
    await sleep(wait * (0.75 + Math.random() / 2));
  }
}

function countDown(left, at) {
  const time = document.getElementById("bell-time");
  const timer = setInterval(() => {
    const now = at + left - performance.now();
    if (time) time.textContent = minutes(Math.max(now, 0));
    if (now > 0) return;
    clearInterval(timer);
    start();
  }, 250);
}

/** Until an invigilator has said go. */
async function listen() {
  for (;;) {
    await sleep(POLL * (0.9 + Math.random() / 5));
    const reply = await call("GET", `/exams/${bell.dataset.exam}/bell.json`).catch(() => null);
    if (reply && reply.left_ms !== null) {
      countDown(reply.left_ms, reply.at);
      return;
    }
  }
}

async function arrive() {
  const form = document.getElementById("arrive");
  await fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin", redirect: "manual" })
    .catch(() => null);
}

if (bell) {
  useToken(document.getElementById("start").elements.csrf_token.value);
  if (bell.dataset.arrives) arrive();
  if (bell.dataset.byHand) listen();
  else if (!bell.dataset.ready) countDown(Number(bell.dataset.leftMs), loaded);
}
