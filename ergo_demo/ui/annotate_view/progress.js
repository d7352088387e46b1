/** How far a person is in a project, and how fast: counted by the server. */
import { fillSession } from "./head.js";

export class Progress {
  items = 0;
  done = 0;
  #desk;
  #part;
  #counted;

  /** part: where the session's counts stand. counted(): they are new. */
  constructor(desk, part, counted) {
    this.#desk = desk;
    this.#part = part;
    this.#counted = counted;
  }

  /** The number of the item that is open: those that wait to be sent are done for the person. */
  get number() {
    return Math.min(this.done + this.#desk.outbox.entries.length + 1, this.items);
  }

  /** Asks the server. */
  async count() {
    try {
      const { items, done, mine, median_seconds: median } = await this.#desk.server.panel(this.#desk.project);
      // An item that two people decide is done after the second, but this person has come past it.
      Object.assign(this, { items, done: Math.max(done, mine) });
      fillSession(this.#part, { done: mine, median });
      this.#counted();
    } catch {
      // Only a count: the next receipt asks again.
    }
  }
}
