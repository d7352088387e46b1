/**
 * Where the photo lies in its field: pure functions, no DOM.
 *
 * Two frames meet here and nowhere else:
 *   source px   pixels of the upright original, floats; all state is kept in it
 *   screen px   CSS px from the top left corner of the field in which the photo is drawn
 *
 * A view is {scale, left, top}: CSS px per source px, and the source point at the field's top left corner.
 * A size is {width, height}: of the photo in source px, of the field in CSS px.
 * A box is [x1, y1, x2, y2] in source px; a rect is {x, y, width, height} in screen px.
 *
 * It knows nothing about tiles (pyramid.js) or tags (placement.js).
 */

/** Largest magnification, CSS px per source px: one source px is then a square that a finger can tell apart. */
export const MAX_SCALE = 16;

/** "To the box" magnifies no further: beyond it only the pixels grow. */
export const MAX_FRAMING_SCALE = 4;

/** The share of the field that "to the box" gives to the box; the rest is its surroundings. */
export const FRAMING_SHARE = 0.6;

/**
 * How far, in CSS px, an edge of a magnified photo may be pulled into the field.
 * Without it a target in the corner of the photo could never be moved out from under the tools.
 */
export const EDGE_ROOM = 56;

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** The screen point of a source point. With toSource, the one conversion between the two frames. */
export function toScreen(view, x, y) {
  return { x: (x - view.left) * view.scale, y: (y - view.top) * view.scale };
}

/** The source point under a screen point; floats, never rounded. */
export function toSource(view, x, y) {
  return { x: view.left + x / view.scale, y: view.top + y / view.scale };
}

/** The rect, in screen px, of a box in source px. */
export function boxToScreen(view, [x1, y1, x2, y2]) {
  const corner = toScreen(view, x1, y1);
  return { ...corner, width: (x2 - x1) * view.scale, height: (y2 - y1) * view.scale };
}

/** The part of the photo that the field shows, as a box in source px; null when it shows none. */
export function visibleBox(view, photo, field) {
  const end = toSource(view, field.width, field.height);
  const box = [
    Math.max(view.left, 0), Math.max(view.top, 0),
    Math.min(end.x, photo.width), Math.min(end.y, photo.height),
  ];
  return box[0] < box[2] && box[1] < box[3] ? box : null;
}

/** The scales between which a photo can be zoomed. 1:1 is always among them, for a photo smaller than its field too. */
export function scaleLimits(photo, field) {
  const fit = Math.min(field.width / photo.width, field.height / photo.height);
  return { fit, least: Math.min(fit, 1), most: Math.max(fit, MAX_SCALE) };
}

/** The view of the whole photo, centred. */
export function fitView(photo, field) {
  return clampView({ scale: scaleLimits(photo, field).fit, left: 0, top: 0 }, photo, field);
}

/** True when the view shows the whole photo at the fitting scale, or smaller. */
export function isFit(view, photo, field) {
  return view.scale <= scaleLimits(photo, field).fit * (1 + 1e-9);
}

/** True when some of the photo lies outside the field, so that there is somewhere to pan to. */
export function canPan(view, photo, field) {
  const slack = 1e-6;
  return photo.width * view.scale > field.width + slack || photo.height * view.scale > field.height + slack;
}

/**
 * The nearest view that is allowed: the scale within its limits (about the centre of the field), and along each axis
 * the photo centred where it is smaller than the field, else no edge further inside than EDGE_ROOM.
 * The room grows from nothing with the magnification, so that zooming out to fit ends without a jump.
 */
export function clampView(view, photo, field) {
  const { least, most } = scaleLimits(photo, field);
  const scale = clamp(view.scale, least, most);
  const centre = toSource(view, field.width / 2, field.height / 2);
  const keep = scale === view.scale;
  return {
    scale,
    left: clampStart(keep ? view.left : centre.x - field.width / 2 / scale, photo.width, field.width / scale, scale),
    top: clampStart(keep ? view.top : centre.y - field.height / 2 / scale, photo.height, field.height / scale, scale),
  };
}

/** One axis of clampView; start, photo length and seen length in source px. */
function clampStart(start, length, seen, scale) {
  const outside = length - seen;
  if (outside <= 0) return outside / 2;
  const room = Math.min(EDGE_ROOM / scale, outside);
  return clamp(start, -room, outside + room);
}

/** The view magnified by a factor about a screen point: what is under it stays there, as far as the edges allow. */
export function zoomAt(view, factor, point, photo, field) {
  const { least, most } = scaleLimits(photo, field);
  const scale = clamp(view.scale * factor, least, most);
  const held = toSource(view, point.x, point.y);
  return clampView({ scale, left: held.x - point.x / scale, top: held.y - point.y / scale }, photo, field);
}

/** The view after the photo was pushed by dx, dy CSS px (to the right and down is positive). */
export function panBy(view, dx, dy, photo, field) {
  const { scale, left, top } = view;
  return clampView({ scale, left: left - dx / scale, top: top - dy / scale }, photo, field);
}

/** The view after two fingers moved from before to after ([point, point] in screen px): pinch and pan in one. */
export function pinch(view, before, after, photo, field) {
  const [from, to] = [middle(before), middle(after)];
  const apart = distance(before);
  const factor = apart > 0 ? distance(after) / apart : 1;
  return panBy(zoomAt(view, factor, from, photo, field), to.x - from.x, to.y - from.y, photo, field);
}

const middle = ([p, q]) => ({ x: (p.x + q.x) / 2, y: (p.y + q.y) / 2 });
const distance = ([p, q]) => Math.hypot(p.x - q.x, p.y - q.y);

/** The view of a box with its surroundings, at most MAX_FRAMING_SCALE and never smaller than fit. */
export function frameBox(box, photo, field) {
  const [x1, y1, x2, y2] = box;
  const { fit } = scaleLimits(photo, field);
  const filling = FRAMING_SHARE * Math.min(field.width / (x2 - x1), field.height / (y2 - y1));
  const scale = Math.max(fit, Math.min(filling, MAX_FRAMING_SCALE));
  return centredOn((x1 + x2) / 2, (y1 + y2) / 2, scale, photo, field);
}

/** The view at a scale with a source point in the middle of the field, as far as the edges allow. */
export function centredOn(x, y, scale, photo, field) {
  return clampView({ scale, left: x - field.width / 2 / scale, top: y - field.height / 2 / scale }, photo, field);
}

/** The view after the field changed its size: the same scale, the same source point in the middle. */
export function resized(view, before, after, photo) {
  const centre = toSource(view, before.width / 2, before.height / 2);
  return centredOn(centre.x, centre.y, view.scale, photo, after);
}
