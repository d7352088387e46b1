/**
 * The map in the corner: the whole photo, small, with what is seen of it. Shown only while some of it is out of sight.
 */
import { visibleBox } from "./geometry.js";
import { html } from "./dom.js";

/** Longer side of the map, CSS px; a map never takes more than a quarter of the field. */
const LONGER_SIDE = 132;

export class PhotoMap {
  #canvas = html("canvas", { width: 0, height: 0 });
  #seen = html("div", { class: "ev-seen" });
  /** Hidden from readers: the stage has keys for the same, and the map says nothing new. */
  element = html("div", { class: "ev-map ev-away", "aria-hidden": "true" }, this.#canvas, this.#seen);
  #painted = null;

  /** Shows a view of a photo; coarse: the photo as a small image, once there is one. True: it came, went or grew. */
  update(view, photo, field, panning, coarse) {
    const seen = panning && coarse && visibleBox(view, photo, field);
    const turned = this.element.classList.contains("ev-away") === Boolean(seen);
    this.element.classList.toggle("ev-away", !seen);
    if (!seen) return turned;
    const scale = Math.min(LONGER_SIDE, field.width / 4, field.height / 4) / Math.max(photo.width, photo.height);
    const grown = this.#paint(coarse, photo, scale);
    const [x1, y1, x2, y2] = seen.map((value) => value * scale);
    const place = { transform: `translate(${x1}px, ${y1}px)`, width: `${x2 - x1}px`, height: `${y2 - y1}px` };
    Object.assign(this.#seen.style, place);
    return turned || grown;
  }

  #paint(coarse, photo, scale) {
    const [width, height] = [photo.width * scale, photo.height * scale];
    const key = [coarse.src, width, height, devicePixelRatio].join();
    if (key === this.#painted) return false;
    this.#painted = key;
    const dots = devicePixelRatio;
    Object.assign(this.#canvas, { width: Math.ceil(width * dots), height: Math.ceil(height * dots) });
    Object.assign(this.#canvas.style, { width: `${width}px`, height: `${height}px` });
    const context = this.#canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(coarse, 0, 0, this.#canvas.width, this.#canvas.height);
    return true;
  }
}
