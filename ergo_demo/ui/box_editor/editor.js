/**
 * The box editor: the photo viewer, and boxes that a person draws, moves and deletes on it. All state is in source px.
 *
 * It knows nothing about worklists or decisions; the page that carries it is asked first for each key. See createEditor.
 */
import { createViewer } from "../viewer/viewer.js";
import { grouped } from "../viewer/dom.js";
import { hull } from "./boxes.js";
import { Bar } from "./bar.js";
import { changeWords, spokenBox } from "./changes.js";
import { begun, crossMoved, finished, nextStep, pointSet, seenBoxes } from "./drawing.js";
import * as editing from "./editing.js";
import { EDITOR_KEYS } from "./keys.js";
import { Fields } from "./fields.js";
import { Overlay } from "./overlay.js";
import { Pointing } from "./pointing.js";
import { Rulers } from "./rulers.js";
import { StatusLine } from "./status.js";
import { DIRECTIONS, FAR, PAN_STEP, stepOf } from "./steps.js";
import { modelLayers, SHOWN_AT_FIRST, switched, switchedWords, Switches } from "./switches.js";

/**
 * Makes an editor inside an element that the page gives a size.
 *
 * on.onChange(state)   a box was changed, drawn, deleted, selected
 * on.onShown(boxes)    in each frame in which they moved, also while one is held: the boxes as they are seen
 * on.onReady()         the photo can be seen
 * on.means(row), on.acts(row)   of a key: see commands.js; asked before the editor itself
 */
export function createEditor(stage, on = {}) {
  return new BoxEditor(stage, on);
}

class BoxEditor {
  #on;
  #viewer;
  #item = null;
  #state = null;
  #drawing = null;
  #held = null; // the selected box while a pointer holds it
  #panning = false;
  #step = "model";
  #frame = 0;
  #ready = false;
  #shown = SHOWN_AT_FIRST; // which of the model's layers; stays for the next item
  #overlay = new Overlay();
  #rulers = new Rulers();
  #status = new StatusLine();
  #bar = new Bar((id) => this.#viewer.click(id), (bare) => this.#viewer.hide(bare));
  #switches = new Switches((id) => this.#viewer.click(id));
  #pointing;
  /** The edges as numbers: an element for the page to place. */
  fields = new Fields((edges) => this.#state && this.#change(editing.typed(this.#state, edges)));
  /** What the editing of this item has cost: see Effort in store/records.py. */
  counts = { drags: 0, undos: 0, zoomMost: 0 };

  constructor(stage, on) {
    this.#on = on;
    this.#pointing = new Pointing(
      {
        view: () => this.#viewer.placed.view, state: () => this.#state,
        drawing: () => this.#drawing, panning: () => this.#panning,
      },
      {
        shown: (box) => this.#hold(box), changed: (state, byDrag) => this.#change(state, byDrag),
        drawn: (drawing, done) => this.#draw(drawing, done), cursor: (name) => this.#cursor(name),
      },
    );
    this.#viewer = createViewer(stage, this.#forViewer(), {
      keys: EDITOR_KEYS,
      about: { name: "box editor", use: () => this.#description() },
    });
    stage.classList.add("bx-stage");
    stage.append(this.#bar.element, ...this.#rulers.elements, this.#switches.element, this.#status.element);
    this.#viewer.field.append(...this.#overlay.elements);
  }

  /** What is edited: see editing.js. Null before an item is open. */
  get state() { return this.#state; }

  /** Whether a box is being drawn (Enter then sets a corner); whether the photo is seen; its CSS px per source px. */
  get drawing() { return this.#drawing !== null; }
  get ready() { return this.#ready; }
  get scale() { return this.#viewer.scale; }

  /**
   * Opens an item {photo, model, region, regionLabel, samples, heat, coarse}: boxes in source px, shares, the coarse
   * view's size in view px, null where there is none. `state`: where it was left, instead of from the beginning. Framed on the boxes, once.
   */
  open(item, state = null) {
    this.#item = item;
    this.#drawing = this.#held = null;
    this.#ready = false;
    this.counts = { drags: 0, undos: 0, zoomMost: 0 };
    this.#state = state ?? editing.begin(item);
    this.#viewer.setPhoto(item.photo);
    this.#viewer.setLayers(this.#layers());
    this.#switches.update(this.#layers());
    this.#status.say("");
    this.#status.step(this.#step, this.#stepSize());
    this.toBoxes();
    if (this.#state.boxes.length === 0 && !this.#state.model) this.#begin("box");
    this.#viewed();
  }

  /** Says words in the line under the photo, and to listeners. */
  say(words) {
    this.#status.say(words);
    this.#viewer.say(words);
  }

  /** The boxes with their surroundings, or the whole photo where there is none. */
  toBoxes() {
    const { region, model, boxes } = this.#state;
    const around = [region, model, ...boxes.map(({ box }) => box)].filter(Boolean);
    if (around.length > 0) this.#viewer.frame(hull(around));
    else this.#viewer.fit();
  }

  #forViewer() {
    return {
      onMove: () => this.#viewed(),
      onLayer: (id) => this.#switch(id),
      grab: (at, event) => this.#pointing.grab(at, event),
      hover: (at) => this.#pointing.hover(at),
      means: (row) => this.#on.means?.(row) ?? this.#means(row),
      acts: (row, event) => this.#on.acts?.(row) || this.#acts(row, event),
      released: (row) => (!row || row.id === "hold-pan") && this.#hand(false),
    };
  }

  #means({ id }) {
    if (!this.#state) return false;
    if (id === "close" && this.#drawing) return true;
    if (id.startsWith("go-") || id.startsWith("side-")) return true;
    return id in this.#commands || undefined;
  }

  /** Does what a key does; `event` is null for a click on a tool. True when it was the editor's. */
  #acts({ id }, event) {
    const [verb, way] = id.split("-");
    if (verb === "go") this.#go(way, event?.shiftKey ? FAR : 1);
    else if (verb === "side") this.#push(way, event?.shiftKey);
    else if (id === "close" && (this.#drawing || !event)) this.#draw(null);
    else if (id === "to-box") this.toBoxes();
    else if (id in this.#commands) this.#commands[id]();
    else return false;
    return true;
  }

  #commands = {
    draw: () => this.#begin("box"),
    "draw-more": () => this.#begin("box", true),
    points: () => this.#begin("points"),
    enter: () => this.#drawing && this.#set(),
    step: () => this.#otherStep(),
    "next-box": () => this.#change(editing.nextSelected(this.#state)),
    delete: () => this.#change(editing.deleted(this.#state)),
    snap: () => this.#change(editing.snapped(this.#state)),
    "model-box": () => this.#change(editing.restored(this.#state)),
    undo: () => {
      this.counts.undos += 1;
      this.#change(editing.undone(this.#state));
    },
    redo: () => this.#change(editing.redone(this.#state)),
    "redo-too": () => this.#change(editing.redone(this.#state)),
    "hold-pan": () => this.#hand(true),
  };

  #layers() { return modelLayers(this.#state, this.#item, this.#shown); }

  #switch(id) {
    this.#shown = switched(this.#shown, id);
    this.#viewer.setLayers(this.#layers());
    this.#switches.update(this.#layers());
    if (id === "heat") this.#viewer.say(switchedWords(this.#shown));
  }

  #stepSize() { return stepOf(this.#step, this.#state.photo, this.#item.coarse); }

  #otherStep() {
    this.#step = this.#step === "model" ? "source" : "model";
    this.#status.step(this.#step, this.#stepSize());
    this.#viewer.say(`Step: 1 ${this.#step} pixel.`);
  }

  #go(way, times) {
    const [x, y] = DIRECTIONS[way];
    const step = this.#stepSize();
    const [dx, dy] = [x * step.x * times, y * step.y * times];
    if (this.#panning) this.#viewer.panBy(-x * PAN_STEP, -y * PAN_STEP);
    else if (this.#drawing) this.#moveCross(dx, dy);
    else this.#change(editing.nudged(this.#state, dx, dy, `go-${way}`));
  }

  #push(side, inwards) {
    const step = this.#stepSize();
    const by = side === "left" || side === "right" ? step.x : step.y;
    this.#change(editing.sidePushed(this.#state, side, inwards ? -by : by, `${side}-${inwards}`));
  }

  #begin(kind, more = false) {
    const { photo } = this.#state;
    const middle = { x: photo.width / 2, y: photo.height / 2 };
    this.#draw(begun(kind, this.#drawing?.cross ?? middle, more));
    this.#viewer.say(`${nextStep(this.#drawing)}.`);
  }

  #moveCross(dx, dy) {
    this.#draw(crossMoved(this.#drawing, dx, dy, this.#state.photo));
    this.#viewer.say(`Cross at ${grouped(this.#drawing.cross.x)}, ${grouped(this.#drawing.cross.y)}.`);
  }

  /** Sets a corner where the cross is. */
  #set() {
    const drawing = pointSet(this.#drawing);
    this.#draw(drawing, finished(drawing) !== null);
  }

  #draw(drawing, done = false) {
    const box = done ? finished(drawing) : null;
    const more = drawing?.more ?? false;
    this.#drawing = done ? null : drawing;
    this.#cursor(this.#drawing ? "crosshair" : "");
    this.#viewer.field.classList.toggle("bx-drawing", this.#drawing !== null);
    if (this.#drawing) this.#status.say(nextStep(this.#drawing));
    else if (!box) this.#status.say("");
    if (box) this.#change(editing.boxDrawn(this.#state, box, more));
    this.#show();
  }

  #hand(panning) {
    this.#panning = panning;
    this.#viewer.field.classList.toggle("bx-hand", panning);
  }

  #cursor(name) {
    this.#viewer.field.style.cursor = name;
  }

  #hold(box) {
    this.#held = box;
    this.#show();
  }

  #change(state, byDrag = false) {
    const before = editing.selection(this.#state)?.box ?? null;
    const words = changeWords(before, editing.selection(state)?.box ?? null);
    if (byDrag) this.counts.drags += 1;
    this.#state = state;
    if (state.word) this.#status.say(state.word);
    else if (words) this.#status.say(words);
    this.#viewer.say([words?.spoken, state.word].filter(Boolean).join(" "));
    this.#viewer.describe();
    this.#show();
    this.#on.onChange?.(state);
  }

  /** Draws in the next frame, once, however much happened. */
  #show() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawAll();
    });
  }

  /** The photo was drawn anew, perhaps elsewhere. */
  #viewed() {
    const { placed } = this.#viewer;
    if (!placed || !this.#state) return;
    this.counts.zoomMost = Math.max(this.counts.zoomMost, placed.view.scale);
    this.#rulers.update(placed.view, placed.size);
    this.#drawAll();
    if (this.#ready || !this.#viewer.loaded) return;
    this.#ready = true;
    this.#on.onReady?.();
  }

  #drawAll() {
    const { placed } = this.#viewer;
    if (!placed || !this.#state) return;
    const seen = seenBoxes(this.#state, this.#held, this.#drawing);
    const { photo, selected } = this.#state;
    const plain = !this.#held && !this.#drawing && editing.untouched(this.#state);
    const chosen = this.#drawing ? "new" : selected;
    this.#overlay.show({ boxes: seen, selected: chosen, plain, point: this.#drawing?.cross ?? null, photo });
    this.#overlay.place(placed);
    this.#bar.update(this.#drawing, this.#state);
    this.fields.show(editing.selection(this.#state)?.box ?? null);
    this.#on.onShown?.(seen.map(({ box }) => box));
  }

  #description() {
    const chosen = this.#state && editing.selection(this.#state);
    return `${chosen ? `Your box: ${spokenBox(chosen.box)}. ` : ""}Question mark lists all keys.`;
  }
}
