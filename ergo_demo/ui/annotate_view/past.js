/** The way back through a person's last decisions, newest first, and forward again to the worklist. */

export class Past {
  #server;
  #list = [];
  #at = -1;
  #going = Promise.resolve(); // the last step: the next one, asked for meanwhile, goes on from where it ends

  constructor(server) {
    this.#server = server;
  }

  /** The decision that is open again {item, saved_at, ...}; null while the worklist is. */
  get open() {
    return this.#list[this.#at] ?? null;
  }

  /** The worklist is open. */
  leave() {
    this.#at = -1;
  }

  /** A decision {item, saved_at} is open that was not looked for. */
  enter(decision) {
    [this.#list, this.#at] = [[decision], 0];
  }

  /**
   * Goes one decision back (1), forward (-1) or to the last one (0). The item to open, null for the worklist again,
   * undefined where there is nothing that way. Steps asked for quickly are taken one after the other.
   */
  go(by, project) {
    const step = () => this.#go(by, project);
    return (this.#going = this.#going.then(step, step));
  }

  async #go(by, project) {
    if (this.#at < 0) this.#list = (await this.#server.mine(project)).decisions;
    const at = by === 0 ? 0 : Math.min(this.#at + by, this.#list.length - 1);
    if (at === this.#at || this.#list.length === 0) return undefined;
    if (at < 0) {
      const was = this.#at;
      this.#at = -1;
      return was < 0 ? undefined : null;
    }
    const { item } = await this.#server.reopen(this.#list[at].item);
    this.#at = at;
    return item;
  }
}
