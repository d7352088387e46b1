/**
 * Which item is next: two are leased ahead of the person, so that the next one is there when it is asked for. Knows no
 * page; an item is as GET /annotate/take gives it.
 */

/** Items leased beside the one that is open. */
const AHEAD = 2;

export class Worklist {
  #server;
  #preload;
  #pending;
  #project = null;
  #ahead = [];
  #open = null;
  #taking = null;
  #end = null; // how many are left for others, once nothing is left for this person

  /**
   * server: see server.js. preload(item): called once for each item before it is needed. pending(): ids that are decided
   * and not acknowledged yet; the server would give them out again.
   */
  constructor(server, preload, pending) {
    this.#server = server;
    this.#preload = preload;
    this.#pending = pending;
  }

  /** Begins with a project (its id); what was leased in another is given back. */
  begin(project) {
    this.release();
    [this.#project, this.#ahead, this.#open, this.#end] = [project, [], null, null];
  }

  /** How many are left for others; null while there may be some for this person. */
  get left() { return this.#end; }

  /** The next item, or null at the end. Throws what the server says when nothing is there to go on with. */
  async next() {
    if (this.#ahead.length === 0) await this.#take(true);
    this.#open = this.#ahead.shift() ?? null;
    this.#refill();
    return this.#open;
  }

  /** Whether the next item is there already. */
  get ready() { return this.#ahead.length > 0; }

  /**
   * Keeps the leases of what is open and ahead: their `lease_until` moves on. What ran out meanwhile may be another's by
   * now: what is open is marked `lost`, what is ahead is not begun.
   */
  async renew() {
    const asked = this.#leased();
    if (asked.length === 0) return;
    const { items, lease_until: until } = await this.#server.renew(this.#project, asked);
    const lost = ({ id }) => asked.includes(id) && !items.includes(id);
    this.#ahead = this.#ahead.filter((item) => !lost(item));
    for (const item of [this.#open, ...this.#ahead].filter(Boolean)) {
      if (lost(item)) item.lost = true;
      else if (items.includes(item.id)) item.lease_until = until;
    }
    this.#refill();
  }

  /** Gives back what is not decided. */
  release() {
    const items = this.#leased();
    if (items.length > 0) this.#server.release(items).catch(() => {});
  }

  /** Items of others may have come free. */
  again() {
    this.#end = null;
  }

  #leased() {
    return [this.#open, ...this.#ahead].filter(Boolean).map(({ id }) => id);
  }

  #refill() {
    // A failure shows when the item is needed: until then the network may be back.
    if (this.#ahead.length >= AHEAD || this.#end !== null) return;
    this.#take(false).then((more) => more && this.#refill(), () => {});
  }

  /** One more item ahead; one request at a time. True when there was one. */
  async #take(needed) {
    while (this.#taking) {
      await this.#taking.catch(() => {});
      if (this.#ahead.length > 0 || !needed) return false;
    }
    const project = this.#project;
    this.#taking = this.#server.take(project, [...this.#leased(), ...this.#pending()]);
    try {
      const { item, left } = await this.#taking;
      if (project !== this.#project) return false;
      if (!item) this.#end = left ?? 0;
      else {
        this.#ahead.push(item);
        this.#preload(item);
      }
      return Boolean(item);
    } finally {
      this.#taking = null;
    }
  }
}
