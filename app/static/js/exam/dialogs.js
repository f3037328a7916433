// The page's questions to the person: go on here? hand in? Native dialogs keep the focus and close with Escape.

const $ = (id) => document.getElementById(id);

export class Dialogs {
  constructor(card, words) {
    this.card = card;
    this.words = words;
    for (const button of document.querySelectorAll("dialog [data-close]")) {
      button.addEventListener("click", () => button.closest("dialog").close());
    }
  }

  closeAll() {
    for (const dialog of document.querySelectorAll("dialog[open]:not(#ask-sign-in)")) dialog.close();
  }

  /** Whether to take over from a page that saved a moment ago. */
  askHere() {
    const dialog = $("ask-here");
    return new Promise((resolve) => {
      let yes = false;
      dialog.onclose = () => resolve(yes);
      $("ask-here-yes").onclick = () => {
        yes = true;
        dialog.close();
      };
      dialog.showModal();
    });
  }

  /** `submit` hands in and gives "" or what is wrong, in words. */
  askSubmit(submit) {
    const dialog = $("ask-submit");
    const { unanswered, flagged } = this.card;
    $("ask-submit-error").textContent = "";
    $("ask-submit-lists").replaceChildren(
      ...(unanswered.length ? this.list(this.words.unanswered, unanswered) : [this.text(this.words.all_answered)]),
      ...(flagged.length ? this.list(this.words.flagged, flagged) : []),
    );
    $("ask-submit-yes").onclick = async () => {
      $("ask-submit-yes").disabled = true;
      $("ask-submit-error").className = "hint";
      $("ask-submit-error").textContent = this.words.submitting;
      const wrong = await submit();
      $("ask-submit-error").className = "field__error";
      $("ask-submit-error").textContent = wrong;
      $("ask-submit-yes").disabled = false;
    };
    dialog.showModal();
  }

  text(words) {
    const paragraph = document.createElement("p");
    paragraph.textContent = words;
    return paragraph;
  }

  // Links that close the dialog and lead to the question.
  list(words, slots) {
    const links = document.createElement("p");
    links.className = "sheet";
    for (const slot of slots) {
      const link = document.createElement("a");
      link.href = `#q-${slot}`;
      link.textContent = this.card.number(slot);
      link.setAttribute("aria-label", this.words.question.replace("{q}", this.card.number(slot)));
      link.addEventListener("click", () => $("ask-submit").close());
      links.append(link);
    }
    return [this.text(words.replace("{n}", slots.length)), links];
  }
}
