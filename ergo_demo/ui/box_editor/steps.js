/** How far one press of a key goes, in source px: one pixel of the model's coarse view, or one of the source. Pure. */
import { viewToSource } from "./boxes.js";

/** Steps of one press with Shift. */
export const FAR = 10;

/** Where an arrow goes. */
export const DIRECTIONS = Object.freeze({ left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] });

/** CSS px for one press of an arrow while Space is held. */
export const PAN_STEP = 80;

/** {x, y}: one pixel of the coarse view ({width, height} in view px), in source px. */
export function modelStep(photo, coarse) {
  const view = { region: [0, 0, photo.width, photo.height], size: coarse };
  const [, , x, y] = viewToSource(view, [0, 0, 1, 1]);
  return { x, y };
}

/** {x, y} of the step that is chosen, "model" or "source"; source px where the coarse view is not known. */
export function stepOf(kind, photo, coarse) {
  return kind === "model" && coarse ? modelStep(photo, coarse) : { x: 1, y: 1 };
}

/** The step in words: "1 model pixel" and "7 px". */
export function stepWords(kind, { x, y }) {
  if (kind === "source") return { name: "1 source pixel", size: "" };
  const px = (value) => String(Number(value.toPrecision(2)));
  return { name: "1 model pixel", size: px(x) === px(y) ? `${px(x)} px` : `${px(x)} x ${px(y)} px` };
}
