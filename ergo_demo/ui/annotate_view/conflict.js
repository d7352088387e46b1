/** Two decisions of one person about one item, made in two places: shown in place of the panel until one is chosen. */
import { fillConflict } from "./head.js";

export class Conflict {
  #parts;
  #on;
  #open = null;

  /** parts: the shell's {side, conflict}. on.settled(how, {body, note, newest}): "mine", "theirs" or "look". */
  constructor({ side, conflict }, on) {
    this.#parts = { side, conflict };
    this.#on = on;
  }

  /** Whether one is shown. */
  get open() {
    return this.#open !== null;
  }

  /** Shows what was refused ({body, note}: see outbox.js) beside the newest. */
  show({ body, note }, newest) {
    this.#open = { body, note, newest };
    this.#turn(true);
    fillConflict(this.#parts.conflict, newest, {
      mine: () => this.settle("mine"), theirs: () => this.settle("theirs"), look: () => this.settle("look"),
    });
  }

  /** A choice was made. */
  settle(how) {
    const settled = this.#open;
    this.#open = null;
    this.#turn(false);
    this.#on.settled(how, settled);
  }

  #turn(open) {
    this.#parts.side.classList.toggle("conflicted", open);
    this.#parts.conflict.hidden = !open;
  }
}
