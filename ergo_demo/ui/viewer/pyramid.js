/**
 * Which tiles of a deep-zoom pyramid show a part of the photo: pure functions, no DOM, no loading.
 *
 * The layout is that of `vips dzsave` (Deep Zoom): `<base>/<level>/<x>_<y>.jpg`, no overlap. The full size is level
 * ceil(log2(max(width, height))), each level below has half of it, rounded up, so that one pixel of a level is exactly
 * 2^n source px; only the last row and column stand for less.
 *
 * A photo is {width, height, tileSize} in source px; a tile is {level, x, y}, x and y counted in tiles.
 */

/**
 * A level may be stretched by this power of two before the next finer one is fetched: 2^0.2 is 15 %, which nobody sees,
 * and it saves four times the tiles just above each switch.
 */
const STRETCH = 0.2;

/** The level of the full size. In whole numbers, because Math.log2 may be off by a rounding error at a power of two. */
export function fullLevel(photo) {
  return 32 - Math.clz32(Math.max(photo.width, photo.height) - 1);
}

/** Source px per pixel of a level. */
export function pixelSpan(photo, level) {
  return 2 ** (fullLevel(photo) - level);
}

/** The size of a level in its own pixels. */
export function levelSize(photo, level) {
  const span = pixelSpan(photo, level);
  return { width: Math.ceil(photo.width / span), height: Math.ceil(photo.height / span) };
}

/** The finest level that is a single tile: the first to be loaded, and never left for a coarser one. */
export function baseLevel(photo) {
  const tiles = Math.ceil(Math.max(photo.width, photo.height) / photo.tileSize);
  return fullLevel(photo) - (32 - Math.clz32(tiles - 1));
}

/** The level to show at a scale (CSS px per source px) on a screen of so many device px per CSS px. */
export function levelFor(photo, scale, devicePixelRatio) {
  const ideal = fullLevel(photo) + Math.log2(scale * devicePixelRatio);
  return Math.min(Math.max(Math.ceil(ideal - STRETCH), baseLevel(photo)), fullLevel(photo));
}

/** The tiles of a level that a box in source px touches, those nearest to its middle first. */
export function tilesIn(photo, level, [x1, y1, x2, y2]) {
  const span = photo.tileSize * pixelSpan(photo, level);
  const last = { x: Math.ceil(photo.width / span) - 1, y: Math.ceil(photo.height / span) - 1 };
  const to = { x: Math.min(Math.ceil(x2 / span) - 1, last.x), y: Math.min(Math.ceil(y2 / span) - 1, last.y) };
  const tiles = [];
  for (let y = Math.max(Math.floor(y1 / span), 0); y <= to.y; y += 1) {
    for (let x = Math.max(Math.floor(x1 / span), 0); x <= to.x; x += 1) tiles.push({ level, x, y });
  }
  const far = ({ x, y }) => Math.hypot((x + 0.5) * span - (x1 + x2) / 2, (y + 0.5) * span - (y1 + y2) / 2);
  return tiles.sort((a, b) => far(a) - far(b));
}

/** The box in source px that a tile covers, ended where the photo ends. */
export function tileBox(photo, { level, x, y }) {
  const span = photo.tileSize * pixelSpan(photo, level);
  return [x * span, y * span, Math.min((x + 1) * span, photo.width), Math.min((y + 1) * span, photo.height)];
}

/** The address of a tile. */
export function tileUrl(base, { level, x, y }) {
  return `${base}/${level}/${x}_${y}.jpg`;
}
