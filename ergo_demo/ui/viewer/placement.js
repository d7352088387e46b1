/**
 * Where the tags go: a pure function, no DOM. All rects are {x, y, width, height} in screen px.
 */

/** CSS px between the edge of the outermost layer and its tags: clears the casing of the line. */
const GAP = 6;

/** CSS px that the tags keep from the edge of the field. */
const MARGIN = 4;

/** True when two rects share some area. */
export function overlaps(a, b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The smallest rect that holds all of the given ones (at least one). */
export function union(rects) {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

/**
 * The corner {x, y} of a row of tags beside a target: above it, else below, right or left, where the row fits into the
 * field and meets no obstacle (tools, names in the corners); where that cannot be, over an obstacle rather than over the
 * target. Null when the target is out of sight or leaves no room: a tag never covers what it names.
 */
export function placeTags(target, tags, field, obstacles = []) {
  const inside = { x: 0, y: 0, ...field };
  if (!overlaps(target, inside)) return null;
  const x = within(target.x, tags.width, field.width);
  const y = within(target.y, tags.height, field.height);
  const rows = [
    { x, y: target.y - GAP - tags.height },
    { x, y: target.y + target.height + GAP },
    { x: target.x + target.width + GAP, y },
    { x: target.x - GAP - tags.width, y },
  ].map((corner) => ({ ...tags, ...corner })).filter((row) => fits(row, field));
  const free = rows.find((row) => !obstacles.some((obstacle) => overlaps(row, obstacle)));
  const chosen = free ?? rows[0];
  return chosen ? { x: chosen.x, y: chosen.y } : null;
}

const within = (start, length, room) => Math.max(MARGIN, Math.min(start, room - MARGIN - length));

const fits = ({ x, y, width, height }, field) =>
  x >= MARGIN && y >= MARGIN && x + width <= field.width - MARGIN && y + height <= field.height - MARGIN;
