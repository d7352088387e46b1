/**
 * The browser's localStorage, as far as it goes. What it does not take (it is full, or the browser allows none) lasts as
 * long as the page: a person goes on working, and what they decide is still sent.
 */
export class KeptStorage {
  #real;
  #memory = new Map();

  /** open(): the localStorage; it throws where the browser allows none. */
  constructor(open = () => localStorage) {
    try {
      this.#real = open();
    } catch {
      this.#real = null;
    }
  }

  getItem(key) {
    return this.#memory.get(key) ?? this.#real?.getItem(key) ?? null;
  }

  setItem(key, value) {
    try {
      this.#real.setItem(key, value);
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value);
    }
  }

  removeItem(key) {
    this.#memory.delete(key);
    this.#real?.removeItem(key);
  }

  /** Every name that something is kept under. */
  keys() {
    const real = this.#real;
    const there = Array.from({ length: real?.length ?? 0 }, (_, at) => real.key(at));
    return [...new Set([...there, ...this.#memory.keys()])];
  }
}
