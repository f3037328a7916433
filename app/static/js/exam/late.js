// After the end: what this browser still holds of the attempt (say, after a power cut) goes to the server, which
// keeps it apart as late. Nothing of it counts until a person decides.

import * as queue from "./queue.js";
import { call } from "./wire.js";

const kept = document.getElementById("late");
const scope = { person: Number(kept.dataset.person), attempt: Number(kept.dataset.attempt) };

async function deliver() {
  await queue.open();
  const epochs = new Map();
  for (const item of await queue.all(scope)) {
    // Answers from before a page held its epoch lie between two epochs; the wire knows whole ones.
    const epoch = Math.ceil(item.epoch);
    epochs.set(epoch, [...(epochs.get(epoch) || []), item]);
  }
  for (const [epoch, items] of epochs) {
    const responses = items.map(({ slot, seq, value }) => ({ slot, seq, value }));
    try {
      await call("POST", `/attempts/${scope.attempt}/responses`, { epoch, responses });
    } catch (error) {
      if (error.status !== 410 && error.status !== 409) continue; // the next visit tries again
      if (error.status === 410) kept.hidden = false;
    }
    items.forEach((item) => queue.remove(scope, item));
  }
}

deliver();
