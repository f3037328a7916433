// The countdown. It runs on the server's remaining time and the page's monotonic clock, never on the wall clock.

export class Countdown {
  /** `show(ms)` draws; `end()` is called when the end is reached, and again by every sync after it. */
  constructor(show, end) {
    this.show = show;
    this.end = end;
    this.deadline = null;
    this.over = false;
    setInterval(() => this.tick(), 250);
  }

  /** `remaining` (null: no limit) was true at the moment `at` of performance.now(). */
  sync(remaining, at) {
    if (remaining === undefined) return;
    this.deadline = remaining === null ? null : at + remaining;
    this.over = false;
    this.tick();
  }

  get left() {
    return this.deadline === null ? Infinity : Math.max(this.deadline - performance.now(), 0);
  }

  tick() {
    if (this.deadline === null) return;
    this.show(this.left);
    if (this.left === 0 && !this.over) {
      this.over = true;
      this.end();
    }
  }
}

export function minutes(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const beijing = new Intl.DateTimeFormat("zh-CN", {
  hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai",
});

/** The time of day, from the server's at page load and the time since. */
export function timeOfDay(serverMs, at) {
  return beijing.format(new Date(serverMs + performance.now() - at));
}
