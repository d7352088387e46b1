/**
 * Paints the photo: the best tiles at hand, coarse ones under those still loading, so that it sharpens in place.
 */
import { boxToScreen, visibleBox } from "./geometry.js";
import { baseLevel, levelFor, pixelSpan, tileBox, tilesIn, tileUrl } from "./pyramid.js";
import { html } from "./dom.js";
import { TileCache } from "./tiles.js";

/** Device px per source px from which the pixels are shown as squares, for whoever places an edge on one. */
const SQUARES_FROM = 4;

export class PhotoCanvas {
  element = html("canvas", { class: "ev-canvas", "aria-hidden": "true" });
  #context = this.element.getContext("2d");
  #cache;

  /** onReady(): something new can be painted. */
  constructor(onReady) {
    this.#cache = new TileCache(onReady);
  }

  /** Drops the tiles of the photo before. */
  forget() {
    this.#cache.clear();
  }

  /** Paints a view of the photo into a field (CSS px) and asks for the tiles that it lacks. */
  paint(view, photo, field) {
    const dots = devicePixelRatio;
    this.#fill(field, dots);
    const seen = visibleBox(view, photo, field);
    if (!seen) return;
    const level = levelFor(photo, view.scale, dots);
    const sharp = tilesIn(photo, level, seen);
    this.#cache.want(this.#urgent(photo, sharp));
    this.#context.imageSmoothingEnabled = view.scale * dots < SQUARES_FROM;
    this.#context.imageSmoothingQuality = "high";
    if (!sharp.every((tile) => this.#image(photo, tile))) this.#paintUnder(view, photo, seen, level, dots);
    for (const tile of sharp) this.#paintTile(view, photo, tile, dots);
  }

  /** The whole photo for reading back, coarse: the preview or the base tile; undefined until one is loaded. */
  coarse(photo) {
    const base = this.#image(photo, { level: baseLevel(photo), x: 0, y: 0 });
    return base ?? (photo.preview && this.#cache.get(photo.preview));
  }

  #fill(field, dots) {
    const [width, height] = [Math.round(field.width * dots), Math.round(field.height * dots)];
    const { element } = this;
    if (element.width !== width || element.height !== height) {
      Object.assign(element, { width, height });
      // Exactly as many CSS px as the backing store has device px: a field of fractional size would blur it.
      Object.assign(element.style, { width: `${width / dots}px`, height: `${height / dots}px` });
    } else {
      this.#context.clearRect(0, 0, width, height);
    }
  }

  #urgent(photo, sharp) {
    const base = tileUrl(photo.tiles, { level: baseLevel(photo), x: 0, y: 0 });
    const preview = photo.preview ? [photo.preview] : [];
    return [...preview, base, ...sharp.map((tile) => tileUrl(photo.tiles, tile))];
  }

  #paintUnder(view, photo, seen, level, dots) {
    const preview = photo.preview && this.#cache.get(photo.preview);
    if (preview) {
      const whole = [0, 0, photo.width, photo.height];
      this.#stretch(preview, preview.naturalWidth, preview.naturalHeight, boxToScreen(view, whole), dots);
    }
    for (let under = baseLevel(photo); under < level; under += 1) {
      for (const tile of tilesIn(photo, under, seen)) this.#paintTile(view, photo, tile, dots);
    }
  }

  #paintTile(view, photo, tile, dots) {
    const image = this.#image(photo, tile);
    if (!image) return;
    const box = tileBox(photo, tile);
    const span = pixelSpan(photo, tile.level);
    // The last row and column of a level may stand for less than a whole level pixel: only that share is drawn.
    this.#stretch(image, (box[2] - box[0]) / span, (box[3] - box[1]) / span, boxToScreen(view, box), dots);
  }

  /** Draws the first width x height px of an image onto a rect in CSS px. */
  #stretch(image, width, height, rect, dots) {
    // Both edges are rounded, not edge and size: neighbours then share theirs and no seam shows through.
    const [left, top] = [Math.round(rect.x * dots), Math.round(rect.y * dots)];
    const right = Math.round((rect.x + rect.width) * dots);
    const bottom = Math.round((rect.y + rect.height) * dots);
    this.#context.drawImage(image, 0, 0, width, height, left, top, right - left, bottom - top);
  }

  #image(photo, tile) {
    return this.#cache.get(tileUrl(photo.tiles, tile));
  }
}
