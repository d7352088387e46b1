/** Fetches what the first view of an item shows, so that it is there when the item is opened. */
import { hull } from "../box_editor/boxes.js";
import { fitView, frameBox, visibleBox } from "../viewer/geometry.js";
import { baseLevel, levelFor, tilesIn, tileUrl } from "../viewer/pyramid.js";

/** The addresses, most urgent first, for a field of this size in CSS px. */
export function firstAddresses({ photo, proposal }, field, dots) {
  const boxes = [proposal?.box, proposal?.expanded].filter(Boolean);
  const view = boxes.length > 0 ? frameBox(hull(boxes), photo, field) : fitView(photo, field);
  const tiles = tilesIn(photo, levelFor(photo, view.scale, dots), visibleBox(view, photo, field));
  const base = { level: baseLevel(photo), x: 0, y: 0 };
  return [...(photo.preview ? [photo.preview] : []), ...[base, ...tiles].map((tile) => tileUrl(photo.tiles, tile))];
}

/** Held so that the browser goes on loading; the oldest are let go. */
const held = [];
const HELD = 3;

/** Loads them into the browser's cache, decoded: opening the item has to wait for neither. */
export function preload(item, field) {
  if (field.width === 0) return;
  held.push(firstAddresses(item, field, devicePixelRatio).map(loaded));
  if (held.length > HELD) held.shift();
}

function loaded(url) {
  const image = Object.assign(new Image(), { src: url });
  image.decode().catch(() => {}); // what cannot be loaded shows when the item is open
  return image;
}
