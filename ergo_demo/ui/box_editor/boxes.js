/**
 * Boxes in source px, [x1, y1, x2, y2], floats: pure functions, no DOM, nothing rounded.
 *
 * The same rules as ergo_demo/geometry.py; tests/data/geometry.json holds both to them. Where the photo lies on the
 * screen is the viewer's (viewer/geometry.js).
 */

/** Shortest side of a box that a person makes, source px: one token of the model, below which it reads nothing. */
export const LEAST_SIDE = 28;

/** Whether all four edges are numbers that can be computed with. */
export function allFinite(box) {
  return Array.isArray(box) && box.length === 4 && box.every((edge) => Number.isFinite(edge));
}

/** The part inside `frame`; outside it, the nearest edge or corner of the frame (no area). */
export function clip([x1, y1, x2, y2], [fx1, fy1, fx2, fy2]) {
  const x = (value) => Math.min(Math.max(value, fx1), fx2);
  const y = (value) => Math.min(Math.max(value, fy1), fy2);
  return [x(x1), y(y1), x(x2), y(y2)];
}

/** The smallest box around all of them (at least one). */
export function hull(boxes) {
  const edge = (least, at) => least(...boxes.map((box) => box[at]));
  return [edge(Math.min, 0), edge(Math.min, 1), edge(Math.max, 2), edge(Math.max, 3)];
}

/** A box in the px of a view {region (source px), size {width, height}}, in source px: View.to_source. */
export function viewToSource({ region: [x1, y1, x2, y2], size }, box) {
  const [across, down] = [(x2 - x1) / size.width, (y2 - y1) / size.height];
  return [x1 + box[0] * across, y1 + box[1] * down, x1 + box[2] * across, y1 + box[3] * down];
}

/** The box of two opposite corners {x, y}, whichever they are. */
export function fromCorners(p, q) {
  return [Math.min(p.x, q.x), Math.min(p.y, q.y), Math.max(p.x, q.x), Math.max(p.y, q.y)];
}

/** The box of extreme points {x, y}: the leftmost, the topmost, and so on, in any order. */
export function fromExtremes(points) {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Moved by dx, dy; stopped at the edges of the photo, and never made smaller by them. */
export function moved([x1, y1, x2, y2], dx, dy, photo) {
  const x = Math.min(Math.max(dx, -x1), photo.width - x2);
  const y = Math.min(Math.max(dy, -y1), photo.height - y2);
  return [x1 + x, y1 + y, x2 + x, y2 + y];
}

/** Which edge a side is: its index in the box, and the direction in which it goes out. */
const SIDES = { left: [0, -1], top: [1, -1], right: [2, 1], bottom: [3, 1] };

/** With one side pushed out by so many px; in, where negative, as far as the opposite side. */
export function pushed(box, side, by) {
  const [at, out] = SIDES[side];
  const opposite = box[(at + 2) % 4];
  const edge = out * Math.max(out * (box[at] + out * by), out * opposite);
  return box.map((each, index) => (index === at ? edge : each));
}

/**
 * With the edges of a handle ("nw", "n", "e", ...) pulled to a point {x, y}. An edge that is pulled over the opposite
 * one becomes that: the box is never inverted.
 */
export function pulled([x1, y1, x2, y2], handle, { x, y }) {
  const across = handle.includes("w") ? [x, x2] : handle.includes("e") ? [x1, x] : [x1, x2];
  const down = handle.includes("n") ? [y, y2] : handle.includes("s") ? [y1, y] : [y1, y2];
  return fromCorners({ x: across[0], y: down[0] }, { x: across[1], y: down[1] });
}

export const CUT = "The box was cut at the edge of the photo.";
export const TURNED = "The box was turned the right way round.";
export const TOO_SMALL = `A box needs at least ${LEAST_SIDE} x ${LEAST_SIDE} px.`;
export const NO_BOX = "The box needs four numbers in pixels.";

/**
 * What becomes of a box that somebody made: {box, word}, the box put right or null when it is refused; the word is ""
 * where nothing was wrong. `before`: the box that it replaces, which may have been smaller than a new one may be.
 */
export function repaired(box, photo, before = null) {
  if (!allFinite(box)) return { box: null, word: NO_BOX };
  const upright = fromCorners({ x: box[0], y: box[1] }, { x: box[2], y: box[3] });
  const inside = clip(upright, [0, 0, photo.width, photo.height]);
  const least = leastSides(photo, before);
  if (inside[2] - inside[0] < least.width || inside[3] - inside[1] < least.height) return { box: null, word: TOO_SMALL };
  const differs = (other) => other.some((edge, at) => edge !== upright[at]);
  const words = [differs(box) && TURNED, differs(inside) && CUT];
  return { box: inside, word: words.filter(Boolean).join(" ") };
}

function leastSides(photo, before) {
  // A hair of tolerance: a box of 28 px that was moved may be 27.999 px wide.
  const least = (side, had) => Math.min(LEAST_SIDE, side, had) - 1e-6;
  const [width, height] = before ? [before[2] - before[0], before[3] - before[1]] : [Infinity, Infinity];
  return { width: least(photo.width, width), height: least(photo.height, height) };
}

/** Whether two boxes are the same to a hundredth of a source px. */
export function same(a, b) {
  return a.every((edge, at) => Math.abs(edge - b[at]) < 0.01);
}
