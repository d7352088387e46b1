/**
 * A box on its way: by a drag or two corners, or by four extreme points. Pure; points are {x, y} in source px.
 *
 * A drawing is {kind, more, points, cross}: "box" or "points", whether it will lie beside the other boxes, what was set,
 * and where the pointer (or the cross that the arrow keys move) is.
 */
import { fromCorners, fromExtremes } from "./boxes.js";

const NEEDED = { box: 2, points: 4 };

/** A drawing with nothing set yet. */
export function begun(kind, cross, more = false) {
  return { kind, more, points: [], cross };
}

/** With the cross at a point. */
export function crossAt(drawing, cross) {
  return { ...drawing, cross };
}

/** With the cross moved by dx, dy, within the photo. */
export function crossMoved(drawing, dx, dy, photo) {
  const within = (value, most) => Math.min(Math.max(value, 0), most);
  const { x, y } = drawing.cross;
  return crossAt(drawing, { x: within(x + dx, photo.width), y: within(y + dy, photo.height) });
}

/** With a point set where the cross is. */
export function pointSet(drawing) {
  return { ...drawing, points: [...drawing.points, drawing.cross] };
}

/** The finished box; null while points are missing. */
export function finished({ kind, points }) {
  return points.length >= NEEDED[kind] ? boxOf(kind, points) : null;
}

/** What to show on the way: the box of what is set and the cross; null before anything is set. */
export function preview({ kind, points, cross }) {
  return points.length > 0 ? boxOf(kind, [...points, cross]) : null;
}

/** The boxes of a state as they are seen: the selected one where it is held, or the one that is drawn in its place. */
export function seenBoxes({ boxes, selected }, held, drawing) {
  if (held) return boxes.map((each) => (each.id === selected ? { ...each, box: held } : each));
  const drawn = drawing && preview(drawing);
  if (!drawn) return boxes;
  const others = drawing.more ? boxes : boxes.filter(({ id }) => id !== selected);
  return [...others, { id: "new", box: drawn }];
}

/** What is to be done next, in words. */
export function nextStep({ kind, points }) {
  if (kind === "box") return points.length === 0 ? "Drag, or set a corner" : "Set the opposite corner";
  return `Set ${["the first", "the second", "the third", "the last"][points.length]} of four extreme points`;
}

function boxOf(kind, points) {
  return kind === "box" ? fromCorners(points[0], points[1]) : fromExtremes(points);
}
