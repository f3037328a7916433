// The exam page: takes over the attempt, saves what is answered, counts down, hands in. Without it the page is
// a plain form. The server decides everything; this only keeps the person informed and nothing lost.

import { Card, WIDE } from "./card.js";
import { Countdown, minutes, timeOfDay } from "./clock.js";
import { offerDisplay } from "./display.js";
import { Dialogs } from "./dialogs.js";
import * as emergency from "./emergency.js";
import * as fields from "./fields.js";
import { enhance } from "./places.js";
import { count as countWritten, write } from "./written.js";
import * as queue from "./queue.js";
import { Saver } from "./saver.js";
import { signInAgain } from "./sign_in.js";
import { call, Refusal, Unreachable, useToken } from "./wire.js";

const RECENT = 120000; // another page that saved within two minutes may still be in use
const CLOSE = 2000; // the clocks here and there may differ by the way of a message
const SILENT = 60000; // after so long without a reply it says that it is there, and learns the time left
const URGE = 180000; // what was not sent for so long had better be saved as a file, too
const ASK_AGAIN = 10000; // whether an invigilator has let this device go on
const $ = (id) => document.getElementById(id);

const form = $("exam");
const data = form.dataset;
const words = JSON.parse(data.words);
const scope = { person: Number(data.person), attempt: Number(data.attempt) };
const url = `/attempts/${scope.attempt}`;
const tab = `exam-epoch-${scope.person}-${scope.attempt}`;
const loaded = performance.now();
const questions = new Map(
  [...form.querySelectorAll("fieldset.question")].map((question) => [Number(question.dataset.slot), question]),
);
const card = new Card($("card"), questions, words, `exam-flags-${scope.person}-${scope.attempt}`);
const dialogs = new Dialogs(card, words);
offerDisplay($("display"));
let phase = "connecting"; // connecting | open | elsewhere | over | closed
let lastReply = performance.now();

function fill(text, values) {
  return text.replace(/{(\w+)}/g, (whole, name) => values[name]);
}

// ---- What the page says

function say(name, ago = 0) {
  const n = saver.pending.size;
  const bare = queue.durable ? "" : "_bare";
  const text = ["offline", "busy"].includes(name) ? words[name + bare] : words[name];
  $("saved").textContent = fill(text, { n, time: timeOfDay(Number(data.nowMs) - ago, loaded) });
  $("saved").className = `exam-bar__saved exam-bar__saved--${name}`;
}

function banner(text, { act = null, label = "", list = [] } = {}) {
  $("banner").hidden = !text;
  delete $("banner").dataset.file;
  $("banner-text").textContent = text;
  $("banner-list").hidden = list.length === 0;
  $("banner-list").replaceChildren(...list.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  $("banner-act").hidden = act === null;
  $("banner-act").textContent = label;
  $("banner-act").onclick = act;
}

function lock(locked) {
  for (const question of questions.values()) question.disabled = locked;
  $("submit").disabled = locked;
}

function count() {
  const done = questions.size - card.unanswered.length;
  $("count").textContent = $("count").textContent.replace(/\d+/, done);
}

// ---- The emergency file

function offerFile() {
  emergency.offer({ scope, title: data.title, questions, card, saver, words });
}

/** Says that answers have waited for minutes, and takes it back when they are through. */
function urge() {
  const urging = $("banner").dataset.file === "yes";
  if (saver.pending.size === 0 && urging) banner("");
  if (phase === "open" && performance.now() - saver.waitingSince > URGE && $("banner").hidden) {
    banner(words.unsent_long, { act: offerFile, label: words.save_file });
    $("banner").dataset.file = "yes";
  }
}

setInterval(urge, 5000);
$("save-file").hidden = false;
$("save-file").addEventListener("click", offerFile);

// ---- Saving

const saver = new Saver(scope, Number(data.epoch) + 0.5, {
  state: (name) => { if (phase === "open" || phase === "connecting") say(name); },
  acked: synced,
  rejected: (slot, message) => banner(fill(words.rejected, { q: card.number(slot), message })),
  refused,
});

function synced(reply) {
  lastReply = performance.now();
  clock.sync(reply.remaining_ms, reply.at);
}

/** What to do when the server says no; true when saving may go on at once. */
async function refused(error) {
  if (error.reason === "epoch") return elsewhere();
  if (error.reason === "closed") return closed();
  if (error.reason === "device") return device(error.message);
  if (error.reason === "device_refused") return shutOut(error.message);
  if (error.status === 401 || error.status === 404) {
    say("signed_out");
    await signInAgain(scope.attempt, words, error.status === 404);
    return true;
  }
  banner(error.message);
  return false;
}

/** Another device needs an invigilator's yes: ask again until it is there. */
async function device(message) {
  lock(true);
  say("waiting");
  banner(message);
  await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
  return true;
}

function shutOut(message) {
  phase = "elsewhere";
  lock(true);
  say("moved");
  banner(message, { act: takeOver, label: words.ask_again });
  return false;
}

function changed(event) {
  const question = event.target.closest("fieldset.question");
  if (!question) return;
  const slot = Number(question.dataset.slot);
  const value = fields.read(question);
  countWritten(question);
  if (fields.tooLong(question)) return; // said below the answer
  card.answer(slot, fields.answered(value));
  count();
  saver.change(slot, value, event.type === "input" ? typing(value) : 250);
}

// A long text goes out whole each time, so less often; this browser keeps every change at once.
function typing(value) {
  return Math.min(800 + (typeof value === "string" ? value.length * 2 : 0), 4000);
}

const typed = (field) => field.type === "text" || field.type === "textarea";
form.addEventListener("change", (event) => { if (!typed(event.target)) changed(event); });
form.addEventListener("input", (event) => { if (typed(event.target)) changed(event); });
form.addEventListener("keydown", (event) => {
  // Enter in a blank would press the first button of the form.
  if (event.key === "Enter" && event.target.type === "text") event.preventDefault();
});

// ---- Taking over

async function persist(act) {
  for (let wait = 1000; ; wait = Math.min(wait * 2, 15000)) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Unreachable) {
        say("offline");
        await new Promise((resolve) => setTimeout(resolve, wait));
      } else if (!(await refused(error))) {
        return null;
      }
    }
  }
}

async function takeOver() {
  phase = "connecting";
  banner("");
  say("connecting");
  const state = await persist(() => call("POST", `${url}/takeover`));
  if (!state) return;
  try {
    sessionStorage.setItem(tab, state.epoch);
  } catch (error) {
    // then the next load of this tab asks first
  }
  phase = "open";
  await reconcile(state);
  lock(false);
  if (saver.pending.size) say("saving");
  else if (state.saved_ms_ago === null) say("ready");
  else say("saved", state.saved_ms_ago);
  synced(state);
}

function newer(item, response) {
  return !response || item.epoch > response.epoch || (item.epoch === response.epoch && item.seq > response.seq);
}

/** The server's answers, and over them those that were kept here and are newer. */
async function reconcile(state) {
  const kept = await queue.all(scope);
  const latest = new Map();
  for (const item of kept) if (!latest.has(item.slot) || newer(item, latest.get(item.slot))) latest.set(item.slot, item);
  saver.grant(state.epoch);
  const stale = [];
  let recovered = 0;
  for (const [slot, question] of questions) {
    const response = state.responses[slot];
    const item = latest.get(slot);
    let value = response ? response.value : null;
    if (item && newer(item, response)) {
      if (!fields.same(item.value, value)) {
        value = item.value;
        saver.change(slot, value, 0);
        recovered += 1;
      }
    } else if (item && !fields.same(item.value, value)) {
      stale.push(`${fill(words.question, { q: card.number(slot) })}：${fields.inWords(question, item.value, words)}`);
    }
    if (response && value === response.value) saver.held.set(slot, { slot, ...response });
    if (!fields.same(fields.read(question), value)) fields.write(question, value);
    countWritten(question);
    card.answer(slot, fields.answered(value));
  }
  for (const item of kept) queue.remove(scope, item);
  count();
  if (stale.length) banner(words.stale, { list: stale });
  else if (recovered) $("announce").textContent = fill(words.recovered, { n: recovered });
}

function elsewhere() {
  phase = "elsewhere";
  saver.stop();
  lock(true);
  say("moved");
  banner(words.moved_long, { act: takeOver, label: $("ask-here-yes").textContent });
  return false;
}

function closed() {
  phase = "closed";
  saver.stop();
  lock(true);
  say("closed");
  banner(words.closed_long, { act: leave, label: words.see_result });
  // The server has kept what came too late.
  queue.erase(scope);
  return false;
}

async function leave() {
  location.assign(data.result);
}

// ---- The clock

const clock = new Countdown((left) => {
  $("time").textContent = minutes(left);
  $("time").classList.toggle("urgent", left < 300000);
  for (const n of [5, 1]) {
    if (left <= n * 60000 && left > n * 60000 - 1000) $("announce").textContent = fill(words.minutes_left, { n });
  }
}, timeUp);

/** Locks, gets the last answers through, then goes to the result; unless there is more time after all. */
async function timeUp() {
  if (phase !== "open") return;
  phase = "over";
  lock(true);
  dialogs.closeAll();
  say("time_up");
  while (phase === "over") {
    await saver.flush();
    if (phase !== "over") return;
    const state = await call("GET", url).catch(() => null);
    if (state && state.remaining_ms > CLOSE) {
      phase = "open";
      synced(state);
      lock(false);
      banner(words.more_time);
      return;
    }
    if (state && state.phase !== "open" && saver.pending.size === 0) return leave();
    if (saver.pending.size > 0) {
      banner(fill(words.time_up_waiting, { n: saver.pending.size }), { act: offerFile, label: words.save_file });
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

setInterval(sayHere, SILENT / 6);

async function sayHere() {
  if (phase !== "open" || performance.now() - lastReply < SILENT) return;
  lastReply = performance.now(); // whatever becomes of this, not again at once
  try {
    synced(await call("POST", `${url}/here`, { epoch: saver.epoch, responses: [] }));
  } catch (error) {
    if (error instanceof Refusal) await refused(error);
  }
}

// ---- Handing in

const early = $("early"); // from when the paper may be handed in, while it may not
if (early) setTimeout(() => { early.hidden = true; }, Number(early.dataset.leftMs));

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const over = [...questions].find(([, question]) => fields.tooLong(question));
  if (early && !early.hidden) {
    banner(early.textContent);
  } else if (over) {
    banner(fill(words.too_long, { q: card.number(over[0]) }));
    over[1].querySelector("textarea").focus();
  } else {
    dialogs.askSubmit(submit);
  }
});

/** "" when handed in, else what is wrong in words. */
async function submit() {
  await saver.flush();
  try {
    await call("POST", `${url}/submit`, { epoch: saver.epoch, responses: saver.items() });
  } catch (error) {
    if (error instanceof Refusal) {
      dialogs.closeAll();
      if (await refused(error)) return submit();
      return "";
    }
    return words.submit_failed;
  }
  phase = "closed";
  saver.stop();
  card.forget();
  await queue.erase(scope);
  await leave();
  return "";
}

// ---- Coming and going

document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    saver.flush({ leaving: true });
  } else {
    lastReply = -Infinity; // the device may have slept
    sayHere();
  }
});
addEventListener("pagehide", () => saver.flush({ leaving: true }));
// Without the network the page cannot be loaded again (docs/decisions/0022), and without a database what it
// could not send is gone with it.
addEventListener("beforeunload", (event) => {
  const stranded = saver.pending.size > 0 && (saver.failures > 0 || !queue.durable);
  if (!stranded || phase === "closed") return;
  event.preventDefault();
  event.returnValue = ""; // browsers of the oldest supported sort ask only so
});

function anotherPageSaved() {
  let mine = 0;
  try {
    mine = Number(sessionStorage.getItem(tab));
  } catch (error) {
    // unknown: ask
  }
  return data.savedMsAgo !== "" && Number(data.savedMsAgo) < RECENT && Number(data.savedEpoch) !== mine;
}

// On a slow line people answer before this script has come; what they did differs from what the server sent.
function answeredBeforeScript() {
  for (const [slot, question] of questions) {
    if (fields.touched(question) && !fields.tooLong(question)) saver.change(slot, fields.read(question), 0);
  }
}

async function begin() {
  useToken(form.elements.csrf_token.value);
  $("card").open = WIDE.matches;
  if (data.remainingMs !== "") clock.sync(Number(data.remainingMs), loaded);
  questions.forEach(enhance);
  questions.forEach(write);
  await queue.open();
  answeredBeforeScript();
  if (anotherPageSaved() && !(await dialogs.askHere())) elsewhere();
  else await takeOver();
}

begin();
