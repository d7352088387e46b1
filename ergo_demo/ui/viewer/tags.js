/**
 * The names of the layers: one row of tags beside the outermost box that is shown.
 */
import { boxToScreen } from "./geometry.js";
import { html, icon, svg } from "./dom.js";
import { placeTags, union } from "./placement.js";

export class Tags {
  /** Hidden from readers: the picture of the layers has the same words and the numbers. */
  element = html("div", { class: "ev-tags", "aria-hidden": "true" });
  #boxes = [];
  #size = { width: 0, height: 0 };

  /** The layers to name. */
  set(layers) {
    // Topmost first: the box is named before the region around it.
    const named = layers.filter((layer) => layer.shown && layer.box && layer.label).reverse();
    this.#boxes = named.map((layer) => layer.box);
    this.element.replaceChildren(...named.map(tag));
    this.measure();
  }

  /** Reads the size of the row; again when the field appears, because a hidden row has none. */
  measure() {
    this.#size = { width: this.element.offsetWidth, height: this.element.offsetHeight };
  }

  /** Where the row lies, {x, y, width, height} in CSS px of the field; null while it is away. */
  rect = null;

  /** Puts the row beside its target; field and obstacles in CSS px of the field. */
  place(view, field, obstacles) {
    const rects = this.#boxes.map((box) => boxToScreen(view, box));
    const corner = rects.length > 0 ? placeTags(union(rects), this.#size, field, obstacles) : null;
    this.rect = corner && { ...corner, ...this.#size };
    this.element.classList.toggle("ev-away", !corner);
    // Whole px, or the letters blur.
    if (corner) this.element.style.transform = `translate(${Math.round(corner.x)}px, ${Math.round(corner.y)}px)`;
  }
}

/** What nobody can change has a lock. */
const LOCK = "M5.5 7V5a2.5 2.5 0 015 0v2M3.5 7h9v6.500h-9z";

function tag({ kind, label, locked }) {
  const lines = kind === "your-box" ? ["line", "core"] : ["line"];
  const drawn = lines.map((stroke) => svg("path", { class: `ev-${stroke}`, d: "M1 6H23" }));
  const glyph = svg("svg", { class: `ev-glyph ev-${kind}`, viewBox: "0 0 24 12" }, ...drawn);
  return html("span", { class: "ev-tag" }, glyph, ...(locked ? [icon(LOCK)] : []), label);
}

/** What lies over the field in its stage, the page's own corners too: rects in CSS px of the field. */
export function obstaclesOver(field, stage) {
  const { left, top } = field.getBoundingClientRect();
  const above = (child) => child !== field && !child.classList.contains("ev-away");
  return [...stage.children].filter(above).map((child) => {
    const rect = child.getBoundingClientRect();
    return { x: rect.left - left, y: rect.top - top, width: rect.width, height: rect.height };
  });
}
