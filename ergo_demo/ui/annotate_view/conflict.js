/** Two decisions of one person about one item, made in two places: shown in place of the panel until one is chosen. */
import { fillConflict } from "./head.js";

export class Conflict {
  #parts;
  #unsettled;
  #on;
  #open = null;

  /** parts: the shell's {side, conflict}. on.settled(how, entry of unsettled.js): "mine", "theirs" or "look". */
  constructor({ side, conflict }, unsettled, on) {
    this.#parts = { side, conflict };
    this.#unsettled = unsettled;
    this.#on = on;
  }

  /** Whether one is shown. */
  get open() {
    return this.#open !== null;
  }

  /** Shows the oldest that waits for a choice; nothing where none does. */
  show() {
    const waiting = this.#unsettled.entries;
    this.#turn(waiting[0] ?? null);
    if (!this.#open) return;
    fillConflict(this.#parts.conflict, this.#open, waiting.length, {
      mine: () => this.settle("mine"), theirs: () => this.settle("theirs"), look: () => this.settle("look"),
    });
  }

  /** A choice was made. */
  settle(how) {
    const settled = this.#open;
    this.#turn(null);
    this.#on.settled(how, settled);
  }

  #turn(entry) {
    this.#open = entry;
    this.#parts.side.classList.toggle("conflicted", entry !== null);
    this.#parts.conflict.hidden = entry === null;
  }
}
