/**
 * Which part of a box a pointer holds: pure. Rects are {x, y, width, height} and points {x, y} in CSS px of the field.
 */

/** CSS px from an edge within which a mouse, and a finger, take hold of it. */
export const REACH = { mouse: 7, touch: 22 };

/**
 * The handle ("nw", "n", "ne", "e", "se", "s", "sw", "w") or "move" that a point holds; null beside the box.
 * In a small box the middle half is always there to move it by: it is the outside that the edges are held from.
 */
export function gripAt(rect, point, reach) {
  const across = sideAt(point.x - rect.x, rect.width, reach, "w", "e");
  const down = sideAt(point.y - rect.y, rect.height, reach, "n", "s");
  if (across === null || down === null) return null;
  return `${down}${across}` || "move";
}

function sideAt(at, length, reach, low, high) {
  if (at < -reach || at > length + reach) return null;
  const inner = Math.min(reach, length / 4);
  if (at < inner) return low;
  return at > length - inner ? high : "";
}

const CURSORS = { move: "move", n: "ns", s: "ns", e: "ew", w: "ew", ne: "nesw", sw: "nesw", nw: "nwse", se: "nwse" };

/** The cursor of a grip, "" for none. */
export function cursorOf(grip) {
  if (!grip) return "";
  return grip === "move" ? "move" : `${CURSORS[grip]}-resize`;
}

/** The point of a box [x1, y1, x2, y2] at which a handle lies. */
export function handlePoint([x1, y1, x2, y2], handle) {
  const x = handle.includes("w") ? x1 : handle.includes("e") ? x2 : (x1 + x2) / 2;
  const y = handle.includes("n") ? y1 : handle.includes("s") ? y2 : (y1 + y2) / 2;
  return { x, y };
}

export const HANDLES = Object.freeze(["nw", "n", "ne", "e", "se", "s", "sw", "w"]);
