/**
 * What the editor draws on the photo: the person's boxes, the handles of the selected one, and a drawing on its way.
 * It is told where the photo lies and converts with the viewer's own functions.
 */
import { html } from "../viewer/dom.js";
import { boxToScreen, toScreen } from "../viewer/geometry.js";
import { Layers } from "../viewer/layers.js";
import { Tags } from "../viewer/tags.js";
import { sizeOf } from "./changes.js";
import { HANDLES, REACH, handlePoint } from "./grips.js";

export class Overlay {
  #boxes = new Layers();
  #tags = new Tags();
  #handles = HANDLES.map((handle) => {
    const middle = handle.length === 1 ? " bx-mid" : "";
    return html("span", { class: `bx-handle${middle}`, "data-handle": handle });
  });
  /** Where a finger takes hold of the box instead of scrolling the page. */
  #reach = html("div", { class: "bx-reach" });
  #cross = [html("i", { class: "bx-cross bx-cross-x" }), html("i", { class: "bx-cross bx-cross-y" })];
  #selected = null;
  #point = null;
  #shown = "";
  elements = [this.#boxes.boxes, this.#reach, ...this.#cross, ...this.#handles, this.#tags.element];

  /**
   * Shows boxes [{id, box}] in source px, one of them selected (its id), and the point of a drawing or null.
   * `plain`: only the handles, because the model's box lies under them with its own line.
   */
  show({ boxes, selected, plain, point, photo }) {
    this.#selected = boxes.find(({ id }) => id === selected)?.box ?? null;
    this.#point = point;
    const key = JSON.stringify([boxes, selected, plain]);
    if (key === this.#shown) return;
    this.#shown = key;
    const drawn = plain ? [] : boxes;
    const layers = drawn.map(({ id, box }) => layerOf(id, box, drawn.length > 1 ? `Box ${id}` : "Your box"));
    this.#boxes.set(layers, photo);
    this.#tags.set(layers.filter(({ id }) => id === `you-${selected}`));
  }

  /** Moves everything to where the photo lies: see Viewer.placed. */
  place({ view, size, obstacles }) {
    this.#boxes.place(view);
    this.#tags.place(view, size, obstacles);
    for (const part of [this.#reach, ...this.#handles]) part.hidden = !this.#selected;
    for (const part of this.#cross) part.hidden = !this.#point;
    if (this.#point) this.#placeCross(toScreen(view, this.#point.x, this.#point.y));
    if (!this.#selected) return;
    for (const handle of this.#handles) {
      const { x, y } = handlePoint(this.#selected, handle.dataset.handle);
      moveTo(handle, toScreen(view, x, y));
    }
    const rect = boxToScreen(view, this.#selected);
    moveTo(this.#reach, { x: rect.x - REACH.touch, y: rect.y - REACH.touch });
    this.#reach.style.width = `${rect.width + 2 * REACH.touch}px`;
    this.#reach.style.height = `${rect.height + 2 * REACH.touch}px`;
  }

  #placeCross({ x, y }) {
    moveTo(this.#cross[0], { x, y: 0 });
    moveTo(this.#cross[1], { x: 0, y });
  }
}

function layerOf(id, box, name) {
  return { id: `you-${id}`, kind: "your-box", box, label: `${name}, ${sizeOf(box)}`, shown: true };
}

function moveTo(part, { x, y }) {
  part.style.transform = `translate(${x}px, ${y}px)`;
}
