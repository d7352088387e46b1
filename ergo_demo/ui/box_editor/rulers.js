/** The two rulers in source px beside the field; where their lines go is pure. */
import { grouped, svg } from "../viewer/dom.js";

/** Least CSS px between two numbers. */
const LEAST_GAP = 84;

/** [{at, value}] along one axis: `at` in CSS px, value in source px, null for the lines between the numbers. */
export function ticks(start, scale, length, least = LEAST_GAP) {
  const step = niceStep(least / scale);
  const half = step / 2;
  const found = [];
  for (let n = Math.ceil(start / half); (n * half - start) * scale <= length; n += 1) {
    found.push({ at: (n * half - start) * scale, value: n % 2 === 0 ? n * half + 0 : null });
  }
  return found;
}

/** The smallest of 2, 5 and 10 times a power of ten that is no shorter, at least 2: halves stay whole. */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [2, 5, 10, 20].map((times) => times * power).find((step) => step >= least && step >= 2);
}

export class Rulers {
  #across = svg("svg", { class: "bx-rule bx-across", "aria-hidden": "true" });
  #down = svg("svg", { class: "bx-rule bx-down", "aria-hidden": "true" });
  elements = [this.#across, this.#down];
  #shown = "";

  /** Draws them for a view of the field. */
  update(view, size) {
    const key = [view.scale, view.left, view.top, size.width, size.height].join();
    if (key === this.#shown) return;
    this.#shown = key;
    this.#across.replaceChildren(...ticks(view.left, view.scale, size.width).flatMap(acrossTick));
    this.#down.replaceChildren(...ticks(view.top, view.scale, size.height).flatMap(downTick));
  }
}

function acrossTick({ at, value }) {
  const x = at.toFixed(1);
  const line = svg("path", { d: `M${x} ${value === null ? 14 : 9}V20` });
  return value === null ? [line] : [line, svg("text", { x: at + 4, y: 13 }, grouped(value))];
}

function downTick({ at, value }) {
  const y = at.toFixed(1);
  const line = svg("path", { d: `M${value === null ? 14 : 9} ${y}H20` });
  const words = () => svg("text", { transform: `translate(13 ${at - 4}) rotate(-90)` }, grouped(value));
  return value === null ? [line] : [line, words()];
}
