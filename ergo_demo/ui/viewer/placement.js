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
 * field and meets no obstacle (tools, names in the corners); above and below it may slide along to get past one.
 * Null where there is no such place, or the target is out of sight: a tag never covers what it names, and half a name
 * under a tool is worse than none, because the switches of the layers have the names as well.
 */
export function placeTags(target, tags, field, obstacles = []) {
  if (!overlaps(target, { x: 0, y: 0, ...field })) return null;
  const above = target.y - GAP - tags.height;
  const below = target.y + target.height + GAP;
  const beside = within(target.y, tags.height, field.height);
  const starts = [target.x, ...obstacles.flatMap(({ x, width }) => [x - GAP - tags.width, x + width + GAP])]
    .map((x) => within(x, tags.width, field.width))
    .sort((a, b) => Math.abs(a - target.x) - Math.abs(b - target.x));
  const corners = [
    ...starts.map((x) => ({ x, y: above })),
    ...starts.map((x) => ({ x, y: below })),
    { x: target.x + target.width + GAP, y: beside },
    { x: target.x - GAP - tags.width, y: beside },
  ];
  const free = (corner) => {
    const row = { ...tags, ...corner };
    return fits(row, field) && !obstacles.some((obstacle) => overlaps(row, obstacle));
  };
  return corners.find(free) ?? null;
}

const within = (start, length, room) => Math.max(MARGIN, Math.min(start, room - MARGIN - length));

const fits = ({ x, y, width, height }, field) =>
  x >= MARGIN && y >= MARGIN && x + width <= field.width - MARGIN && y + height <= field.height - MARGIN;
