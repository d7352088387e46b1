/**
 * Which of two answers that differ is the better one, where nobody has said what is right: a button beside each, both
 * pressed where one is as good as the other. It is kept as "a" (the one that stands first), "b" or "tie".
 */
import { EDITOR_KEYS } from "../box_editor/keys.js";
import { html } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";

/** What the key makes of the buttons [first, second], time after time: the first, the second, both, none. */
export function nextPressed([first, second]) {
  if (first && second) return [false, false];
  return second ? [true, true] : [!first, first];
}

/** "a", "b", "tie", or null where nothing is said. */
export function preferredOf([first, second]) {
  if (first && second) return "tie";
  return first ? "a" : second ? "b" : null;
}

export class Preferring {
  /** One for each answer, to stand beside it. */
  buttons;
  #names;
  #pressed = [false, false];
  #asks = false;

  /** names: of the boxes that the answers come from. did(): a button was pressed. */
  constructor(names, did) {
    this.#names = names;
    const { cap, aria } = keyFor("prefer", EDITOR_KEYS);
    this.buttons = names.map((name, at) => {
      const about = { "aria-label": `Better: ${name}`, "aria-keyshortcuts": aria };
      const button = html("button", { type: "button", class: "e-chip", ...about }, "Better", html("kbd", { "aria-hidden": "true" }, cap));
      button.addEventListener("click", () => {
        this.#press(this.#pressed.map((pressed, which) => pressed !== (which === at)));
        did();
      });
      return button;
    });
    this.#press(this.#pressed);
    this.ask(false);
  }

  /** Whether there is a choice; without one nothing counts as said. */
  ask(asks) {
    this.#asks = asks;
    for (const button of this.buttons) button.hidden = !asks;
  }

  /** The answers are others now. */
  forget() {
    this.#press([false, false]);
  }

  /** The key; what is said then, in words. */
  next() {
    if (!this.#asks) return "There are no two answers to choose from.";
    this.#press(nextPressed(this.#pressed));
    const better = this.#names.filter((_, at) => this.#pressed[at]).join(", ");
    return better ? `Better: ${better}.` : "Not said which is better.";
  }

  get preferred() {
    return this.#asks ? preferredOf(this.#pressed) : null;
  }

  #press(pressed) {
    this.#pressed = pressed;
    this.buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(pressed[at])));
  }
}
