/**
 * The tiles that are loaded or on their way: a cache of images by address. It knows nothing about where they are drawn.
 *
 * A browser may not have cached what it fetched, nor kept it decoded: the images themselves are kept here, the least
 * recently drawn dropped first.
 */

/** Images kept: 512 px tiles of 1 MB when decoded; several 4K screens full. */
const KEPT = 192;

/** Requests at a time: the server answers more in parallel no faster, and fewer can be outrun by a quick pan. */
const PARALLEL = 6;

/** Failures after which an address is given up: its coarser tile stays. */
const TRIES = 3;

export class TileCache {
  #ready = new Map(); // url -> image; the order is that of use, oldest first
  #loading = new Map(); // url -> image
  #failures = new Map(); // url -> times
  #wanted = [];
  #onReady;
  #createImage;

  /** onReady(): an image can now be drawn. createImage: replaced by tests. */
  constructor(onReady, createImage = () => new Image()) {
    this.#onReady = onReady;
    this.#createImage = createImage;
  }

  /** The decoded image of an address, or undefined. Counts as a use. */
  get(url) {
    const image = this.#ready.get(url);
    if (image) {
      this.#ready.delete(url);
      this.#ready.set(url, image);
    }
    return image;
  }

  /** The addresses needed now, most urgent first. Loads that are not among them any more are aborted. */
  want(urls) {
    const wanted = new Set(urls);
    for (const url of [...this.#loading.keys()]) if (!wanted.has(url)) this.#abort(url);
    this.#wanted = urls;
    this.#loadNext();
    this.#dropOldest(wanted);
  }

  /** Forgets everything; nothing loaded before is reported any more. */
  clear() {
    for (const url of [...this.#loading.keys()]) this.#abort(url);
    this.#ready.clear();
    this.#failures.clear();
    this.#wanted = [];
  }

  #loadNext() {
    for (const url of this.#wanted) {
      if (this.#loading.size >= PARALLEL) return;
      const givenUp = (this.#failures.get(url) ?? 0) >= TRIES;
      if (!givenUp && !this.#ready.has(url) && !this.#loading.has(url)) this.#load(url);
    }
  }

  #load(url) {
    const image = this.#createImage();
    this.#loading.set(url, image);
    image.src = url;
    // Decoded before it is drawn: a decode inside drawImage would cost the frame.
    image.decode().then(() => this.#settle(url, image, true), () => this.#settle(url, image, false));
  }

  #settle(url, image, good) {
    if (this.#loading.get(url) !== image) return; // aborted meanwhile
    this.#loading.delete(url);
    if (good) this.#ready.set(url, image);
    else this.#failures.set(url, (this.#failures.get(url) ?? 0) + 1);
    this.#loadNext();
    if (good) this.#onReady();
  }

  #abort(url) {
    const image = this.#loading.get(url);
    this.#loading.delete(url);
    image.removeAttribute("src");
  }

  #dropOldest(wanted) {
    for (const url of this.#ready.keys()) {
      if (this.#ready.size <= KEPT) return;
      if (!wanted.has(url)) this.#ready.delete(url);
    }
  }
}
