// Saving: every change is queued at once, sent within a second, tried again until the server has it.

import { call, Refusal, Unreachable } from "./wire.js";
import * as queue from "./queue.js";

const BATCH = 200;
const LONGEST_WAIT = 30000;

export class Saver {
  /**
   * `scope` {person, attempt}; `epoch` before one is granted lies between the last one and the next.
   * `on` {state(name), acked(reply), rejected(slot, message), refused(error)}: refused may return a promise,
   * and saving goes on when it gives true.
   */
  constructor(scope, epoch, on) {
    this.scope = scope;
    this.url = `/attempts/${scope.attempt}/responses`;
    this.epoch = epoch;
    this.granted = false;
    this.seq = 0;
    this.on = on;
    this.pending = new Map();
    this.held = new Map(); // the last answer of every slot, sent or not
    this.waitingSince = Infinity; // since when something has not been sent
    this.limit = BATCH;
    this.failures = 0;
    this.trouble = "offline";
    this.busy = false;
    this.timer = null;
    this.due = Infinity;
    addEventListener("online", () => this.soon(0));
  }

  /** A new answer; it goes out after `delay` ms unless something else sends it before. */
  change(slot, value, delay) {
    const item = { slot, seq: ++this.seq, value, epoch: this.epoch };
    if (this.pending.size === 0) this.waitingSince = performance.now();
    this.pending.set(slot, item);
    this.held.set(slot, item);
    queue.put(this.scope, item);
    if (this.failures > 0) {
      this.on.state(this.trouble); // a retry waits already
      return;
    }
    this.on.state("saving");
    this.soon(delay);
  }

  /** From now on this page holds the epoch. What was queued before is the caller's to put forward again. */
  grant(epoch) {
    this.epoch = epoch;
    this.granted = true;
    this.seq = 0;
    this.pending.clear();
    this.waitingSince = Infinity;
    this.failures = 0;
    this.limit = BATCH;
  }

  /** The page may save no more. */
  stop() {
    this.granted = false;
    clearTimeout(this.timer);
    this.due = Infinity;
  }

  // The earliest moment asked for stands: somebody who types on is saved meanwhile all the same.
  soon(delay) {
    const at = performance.now() + delay;
    if (at >= this.due) return;
    clearTimeout(this.timer);
    this.due = at;
    this.timer = setTimeout(() => {
      this.due = Infinity;
      this.flush();
    }, delay);
  }

  items() {
    return [...this.pending.values()].slice(0, this.limit).map(({ slot, seq, value }) => ({ slot, seq, value }));
  }

  /** Send what is pending. `leaving`: the page may be gone before the answer comes. */
  async flush({ leaving = false } = {}) {
    if (!this.granted || this.pending.size === 0 || (this.busy && !leaving)) return;
    clearTimeout(this.timer);
    this.due = Infinity;
    this.busy = true;
    const sent = this.items();
    const epoch = this.epoch;
    try {
      const reply = await call("POST", this.url, { epoch, responses: sent }, { keepalive: leaving });
      if (epoch === this.epoch) this.acknowledge(reply);
    } catch (error) {
      if (epoch === this.epoch) await this.fail(error, sent);
    } finally {
      this.busy = false;
    }
    if (this.granted && this.pending.size > 0) this.soon(this.wait());
  }

  wait() {
    const step = Math.min(1000 * 2 ** (this.failures - 1), LONGEST_WAIT);
    return this.failures === 0 ? 0 : step * (0.75 + Math.random() / 2);
  }

  acknowledge(reply) {
    this.failures = 0;
    for (const [slot, seq] of Object.entries(reply.acked)) {
      const item = this.pending.get(Number(slot));
      if (item && item.seq <= seq) this.drop(item);
    }
    if (this.pending.size === 0) this.limit = BATCH;
    this.on.acked(reply);
    this.on.state(this.pending.size === 0 ? "saved" : "saving");
  }

  drop(item) {
    this.pending.delete(item.slot);
    if (this.pending.size === 0) this.waitingSince = Infinity;
    queue.remove(this.scope, item);
  }

  async fail(error, sent) {
    if (error instanceof Unreachable) {
      this.failures += 1;
      this.trouble = error.status ? "busy" : "offline";
      this.on.state(this.trouble);
    } else if (error instanceof Refusal && error.status === 400) {
      this.refuseOne(sent, error);
    } else if (error instanceof Refusal && error.reason === "value") {
      // The same number went out with another answer; under a new number it is plain.
      for (const { slot } of sent) this.renumber(slot);
    } else {
      this.failures += 1;
      this.trouble = "busy";
      if (await this.on.refused(error)) this.failures = 0;
    }
  }

  // All or nothing: one answer that cannot be saved must not hold up the others, so they go one by one.
  refuseOne(sent, error) {
    this.limit = 1;
    if (sent.length > 1) return;
    const item = this.pending.get(sent[0].slot);
    if (item && item.seq === sent[0].seq) {
      this.drop(item);
      this.on.rejected(item.slot, error.message);
    }
  }

  renumber(slot) {
    const item = this.pending.get(slot);
    if (item) this.change(slot, item.value, 0);
  }
}
