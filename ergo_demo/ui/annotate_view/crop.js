/** A box of the photo, cut out in the browser: from the tiles that the viewer has fetched, so it follows every move. */
import { PhotoCanvas } from "../viewer/canvas.js";
import { html } from "../viewer/dom.js";

/** Most CSS px of a crop. */
const ROOM = { width: 116, height: 72 };

export class Crop {
  #canvas = new PhotoCanvas(() => this.#paint());
  element;
  #photo = null;
  #box = null;

  /** kind: whose line the crop wears: "model-box", "your-box" or "region". */
  constructor(kind) {
    this.element = html("div", { class: `e-cut ${kind} none` }, this.#canvas.element);
  }

  /** Shows a box (source px) of a photo; nothing where either is null. */
  show(photo, box) {
    if (photo?.id !== this.#photo?.id) this.#canvas.forget();
    [this.#photo, this.#box] = [photo, box];
    this.element.classList.toggle("none", !box);
    this.#paint();
  }

  #paint() {
    if (!this.#photo || !this.#box) return;
    const [x1, y1, x2, y2] = this.#box;
    const scale = Math.min(ROOM.width / (x2 - x1), ROOM.height / (y2 - y1));
    const field = { width: Math.max(4, (x2 - x1) * scale), height: Math.max(4, (y2 - y1) * scale) };
    this.element.style.width = `${field.width}px`;
    this.element.style.height = `${field.height}px`;
    this.#canvas.paint({ scale, left: x1, top: y1 }, this.#photo, field);
  }
}
