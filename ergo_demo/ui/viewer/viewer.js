/**
 * The photo viewer: deep zoom over a tile pyramid, with layers. The box editor (box_editor/editor.js) is built on it.
 *
 * State is in source px; screen px exist only while drawing (geometry.js converts). The viewer knows nothing about
 * Gradio, the model or the rest of the page. See createViewer for how to embed it.
 */
import * as geometry from "./geometry.js";
import { PhotoCanvas } from "./canvas.js";
import { Commands } from "./commands.js";
import { html } from "./dom.js";
import { listenToPointers } from "./gestures.js";
import { KEYS } from "./keys.js";
import { Layers } from "./layers.js";
import { PhotoMap } from "./map.js";
import { describeStage, Speech, VIEWER } from "./speech.js";
import { obstaclesOver, Tags } from "./tags.js";
import { Toolbar } from "./toolbar.js";

/**
 * Makes a viewer inside an element that the page gives a size; the element becomes the dark frame and the Tab stop.
 * Its own children stay, above the photo; those in the corners are kept free of tags.
 *
 * on.onMove()            after each drawn frame in which something may have moved: pan, zoom, resize, new layers
 * on.onLayer(id, shown)  a key switched a layer
 * on.grab, on.hover      see gestures.js; on.means, on.acts, on.released: see commands.js
 * more.keys, more.about  a longer table of keys (keys.js), and what the stage is for readers (speech.js)
 */
export function createViewer(stage, on = {}, more = {}) {
  return new Viewer(stage, on, { keys: KEYS, about: VIEWER, ...more });
}

class Viewer {
  #stage;
  #on;
  #photo = null;
  #layers = [];
  #size = { width: 0, height: 0 }; // of the field when it was last seen, CSS px
  #hidden = true; // the field has no size, as in a tab that is not open
  #view = null; // null until there is a photo and a size
  #following = true; // the view is "fit" and stays so
  #whenSized = null; // a framing asked for while hidden
  #obstacles = [];
  #frame = 0;
  #end = new AbortController();

  #canvas = new PhotoCanvas(() => this.#schedule());
  #drawn = new Layers();
  #tags = new Tags();
  #tools;
  #map = new PhotoMap();
  #speech = new Speech();
  #field = html(
    "div", { class: "ev-field" },
    this.#canvas.element, this.#drawn.dots, this.#drawn.boxes, this.#tags.element,
  );
  #observer = new ResizeObserver(() => this.#resized());
  #commands;
  #said; // the table of keys, and what the stage is
  #parts; // everything that was put into the stage

  constructor(stage, on, { keys, about }) {
    [this.#stage, this.#on, this.#said] = [stage, on, { keys, about }];
    this.#tools = new Toolbar((id) => this.#commands.click(id), keys);
    this.#commands = new Commands(stage, this, this.#forCommands(), this.#speech, keys);
    const above = [this.#map, this.#tools, this.#commands.list, this.#speech].map((part) => part.element);
    this.#parts = [this.#field, ...above];
    stage.classList.add("ev-stage", "ev-empty");
    stage.prepend(this.#field);
    stage.append(...above);
    const { signal } = this.#end;
    this.#commands.listen(signal);
    // A window moved to another screen has other device pixels without a change of size in CSS px.
    addEventListener("resize", () => this.#schedule(), { signal });
    listenToPointers(this.#field, this.#forPointers(), signal);
    this.#observer.observe(this.#field);
  }

  /** CSS px per source px; 0 until the photo is drawn. */
  get scale() {
    return this.#view?.scale ?? 0;
  }

  /** Where the photo lies: {view, size of the field, obstacles over it} in CSS px of the field; null until it is drawn. */
  get placed() {
    if (!this.#view || this.#hidden) return null;
    return { view: this.#view, size: this.#size, obstacles: [...this.#obstacles, this.#tags.rect].filter(Boolean) };
  }

  /** Whether something of the photo itself can be seen. */
  get loaded() {
    return Boolean(this.#photo && this.#canvas.coarse(this.#photo));
  }

  /** The element in which the photo is drawn: what lies on it goes in here, and moves with onMove. */
  get field() {
    return this.#field;
  }

  /** Does what a key does (its id), says words to readers, describes the stage again, hides everything drawn. */
  click(id) { this.#commands.click(id); }
  say(words) { this.#speech.say(words); }
  describe() { this.#describe(); }
  hide(bare) { this.#commands.hide(bare); }

  /**
   * Shows a photo {id, tiles, width, height (source px), tileSize, preview?}, fitted; null empties the stage.
   * The photo that is shown already keeps its view.
   */
  setPhoto(photo) {
    if (JSON.stringify(photo) === JSON.stringify(this.#photo)) return;
    this.#canvas.forget();
    this.#photo = photo;
    this.#view = null;
    this.#whenSized = null;
    this.#describe();
    this.#drawn.set(this.#layers, photo);
    this.#measure();
    this.fit();
  }

  /**
   * Replaces the layers, bottom first, each {id, kind, shown, ...}: "model-box" and "region" with a box
   * [x1, y1, x2, y2] in source px and a label (locked: its name has a lock); "samples" with boxes [{number, box}] and the number of the chosen one;
   * "heat" with rows of cells (shares, 0 to 1) and an opacity; "dots" with the columns and rows of the coarse view in tokens.
   * Throws for an unknown kind.
   */
  setLayers(layers) {
    this.#drawn.set(layers, this.#photo);
    this.#layers = layers.map((layer) => ({ ...layer }));
    this.#tags.set(this.#layers);
    this.#describe();
    this.#measureObstacles();
    this.#schedule();
  }

  /** Shows or hides a layer; does not call onLayer. */
  setShown(id, shown) {
    this.setLayers(this.#layers.map((layer) => (layer.id === id ? { ...layer, shown } : layer)));
  }

  /** The whole photo; it stays whole when the stage changes its size. */
  fit() {
    this.#go((photo, size) => geometry.fitView(photo, size));
  }

  /** One source px on one CSS px, about the middle. */
  oneToOne() {
    this.zoomBy(1 / this.scale);
  }

  /** The box of a layer with its surroundings. Does nothing when there is no such box. */
  toBox(id) {
    const box = this.#layers.find((layer) => layer.id === id)?.box;
    if (box) this.frame(box);
  }

  /** A box (source px) with its surroundings. */
  frame(box) {
    this.#go((photo, size) => geometry.frameBox(box, photo, size));
  }

  /** Magnifies about a point of the field in CSS px, the middle by default. */
  zoomBy(factor, atX = this.#size.width / 2, atY = this.#size.height / 2) {
    this.#change((view, photo, size) => geometry.zoomAt(view, factor, { x: atX, y: atY }, photo, size));
  }

  /** Pushes the photo by CSS px. */
  panBy(dx, dy) {
    this.#change((view, photo, size) => geometry.panBy(view, dx, dy, photo, size));
  }

  /** Where a box (source px) is: {x, y, width, height} in client px; visible: some of it is in the stage. */
  screenRect(box) {
    if (!this.#view || this.#hidden) return { x: 0, y: 0, width: 0, height: 0, visible: false };
    const rect = geometry.boxToScreen(this.#view, box);
    const { left, top } = this.#field.getBoundingClientRect();
    const { width, height } = this.#size;
    const visible = rect.x < width && rect.y < height && rect.x + rect.width > 0 && rect.y + rect.height > 0;
    return { ...rect, x: rect.x + left, y: rect.y + top, visible };
  }

  /** Gives the stage back as it was. */
  destroy() {
    this.#end.abort();
    this.#observer.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#speech.stop();
    this.#canvas.forget();
    this.#photo = null;
    this.#describe();
    for (const part of this.#parts) part.remove();
    this.#stage.classList.remove("ev-stage", "ev-empty", "ev-listing", "ev-bare");
  }

  /** Frames the photo now, or as soon as the field has a size. */
  #go(framing) {
    this.#whenSized = null;
    if (!this.#photo) return;
    if (this.#hidden) this.#whenSized = framing;
    else this.#setView(framing(this.#photo, this.#size));
  }

  #change(step) {
    if (this.#view) this.#setView(step(this.#view, this.#photo, this.#size));
  }

  #setView(view) {
    this.#view = view;
    this.#following = geometry.isFit(view, this.#photo, this.#size);
    this.#schedule();
  }

  /** The field has appeared, grown, shrunk or gone. */
  #measure() {
    const before = this.#size;
    const { width, height } = this.#field.getBoundingClientRect();
    this.#hidden = width === 0 || height === 0;
    if (this.#hidden) return;
    this.#size = { width, height };
    if (!this.#photo) return;
    this.#tags.measure();
    this.#measureObstacles();
    if (this.#whenSized) this.#go(this.#whenSized);
    else if (!this.#view || this.#following) this.fit();
    else this.#change((view, photo, size) => geometry.resized(view, before, size, photo));
  }

  /** Not per frame, because it costs a layout. */
  #measureObstacles() {
    this.#obstacles = obstaclesOver(this.#field, this.#stage);
  }

  #resized() {
    this.#measure();
    // Drawn in the same frame: a field that is stretched for one frame and drawn in the next would flicker.
    cancelAnimationFrame(this.#frame);
    this.#draw();
  }

  #schedule() {
    // Once a frame, however many events there were.
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    if (!this.#view || this.#hidden) return;
    this.#canvas.paint(this.#view, this.#photo, this.#size);
    this.#drawn.place(this.#view);
    this.#tools.update(this.#view.scale, this.#boxLayer() !== undefined);
    const panning = this.#canPan();
    this.#field.classList.toggle("ev-zoomed", panning);
    const coarse = this.#canvas.coarse(this.#photo);
    if (this.#map.update(this.#view, this.#photo, this.#size, panning, coarse)) this.#measureObstacles();
    this.#tags.place(this.#view, this.#size, this.#obstacles);
    this.#on.onMove?.();
  }

  /** The box that Z goes to: the topmost one. */
  #boxLayer() {
    return this.#layers.findLast((layer) => layer.box);
  }

  #canPan() {
    return geometry.canPan(this.#view, this.#photo, this.#size);
  }

  #forPointers() {
    return {
      pan: (dx, dy) => this.panBy(dx, dy),
      zoom: (factor, x, y) => this.zoomBy(factor, x, y),
      pinch: (before, after) =>
        this.#change((view, photo, size) => geometry.pinch(view, before, after, photo, size)),
      canZoom: (factor) => this.#view !== null && (factor > 1 || !this.#following),
      grab: (at, event) => (this.#view ? this.#on.grab?.(at, event) : null),
      hover: (at) => this.#view && this.#on.hover?.(at),
    };
  }

  #forCommands() {
    return {
      ready: () => this.#view !== null,
      canPan: () => this.#canPan(),
      layers: () => this.#layers,
      boxId: () => this.#boxLayer()?.id,
      onLayer: (id, shown) => this.#on.onLayer?.(id, shown),
      means: (row) => this.#on.means?.(row),
      acts: (row, event) => this.#on.acts?.(row, event),
      released: (row) => this.#on.released?.(row),
      onList: (open) => this.#tools.listing(open),
    };
  }

  #describe() {
    this.#stage.classList.toggle("ev-empty", !this.#photo);
    describeStage(this.#stage, this.#photo, this.#layers.map((layer) => layer.id), this.#said);
    if (!this.#photo && this.#commands.list.open) this.#commands.toggleList(false);
  }
}
