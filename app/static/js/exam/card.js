// 答题卡: which questions are answered, flagged, current. Flags stay in this browser.

export const WIDE = matchMedia("(min-width: 62rem)"); // room for the sheet beside the paper

export class Card {
  constructor(panel, questions, words, name) {
    this.words = words;
    this.name = name;
    this.questions = questions;
    this.links = new Map();
    for (const link of panel.querySelectorAll(".sheet a")) {
      this.links.set(Number(link.hash.slice(3)), link);
      // Beside the paper the sheet stays; over it, it would hide the question asked for.
      link.addEventListener("click", () => { panel.open = WIDE.matches; });
    }
    this.flags = new Set(this.load());
    this.buttons = new Map();
    for (const [slot, question] of questions) this.addFlag(slot, question);
    this.watch();
  }

  load() {
    try {
      return JSON.parse(localStorage.getItem(this.name)) || [];
    } catch (error) {
      return [];
    }
  }

  number(slot) {
    return this.links.get(slot).textContent;
  }

  addFlag(slot, question) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "flag";
    button.addEventListener("click", () => this.toggle(slot));
    question.before(button);
    this.buttons.set(slot, button);
    this.drawFlag(slot);
  }

  toggle(slot) {
    if (!this.flags.delete(slot)) this.flags.add(slot);
    this.drawFlag(slot);
    try {
      localStorage.setItem(this.name, JSON.stringify([...this.flags]));
    } catch (error) {
      // Without storage the flags live as long as the page.
    }
  }

  drawFlag(slot) {
    const on = this.flags.has(slot);
    const button = this.buttons.get(slot);
    button.textContent = on ? this.words.flag_on : this.words.flag;
    button.setAttribute("aria-label", `${this.words.flag} ${this.words.question.replace("{q}", this.number(slot))}`);
    button.setAttribute("aria-pressed", on);
    button.classList.toggle("flag--on", on);
    this.links.get(slot).classList.toggle("flagged", on);
    this.describe(slot);
  }

  answer(slot, done) {
    this.links.get(slot).classList.toggle("done", done);
    this.describe(slot);
  }

  describe(slot) {
    const link = this.links.get(slot);
    const said = [...document.querySelectorAll(".sheet-key i")]
      .filter((key) => key.className && link.classList.contains(key.className))
      .map((key) => key.parentElement.textContent);
    link.setAttribute("aria-label", [this.words.question.replace("{q}", link.textContent), ...said].join(" "));
  }

  get unanswered() {
    return [...this.links.keys()].filter((slot) => !this.links.get(slot).classList.contains("done"));
  }

  get flagged() {
    return [...this.links.keys()].filter((slot) => this.flags.has(slot));
  }

  forget() {
    try {
      localStorage.removeItem(this.name);
    } catch (error) {
      // nothing was stored
    }
  }

  // The current question is the one in the upper part of the window.
  watch() {
    const seen = new IntersectionObserver((entries) => {
      for (const entry of entries) {
        const slot = Number(entry.target.dataset.slot);
        const link = this.links.get(slot);
        link.classList.toggle("current", entry.isIntersecting);
        if (entry.isIntersecting) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }, { rootMargin: "-25% 0px -70% 0px" });
    for (const question of this.questions.values()) seen.observe(question);
  }
}
