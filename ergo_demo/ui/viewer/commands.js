/**
 * What the keys and the tools do to a viewer. It knows the table of keys and the viewer's own methods, no geometry.
 */
import { KeyList } from "./keylist.js";
import { keyFor, keyRow, pressedRow } from "./keys.js";
import { percent } from "./toolbar.js";

/** One press of + or − (and of their buttons): two presses double. */
const ZOOM_STEP = Math.SQRT2;

/** CSS px for one press of an arrow key. */
const PAN_STEP = 80;

/** Milliseconds of quiet before a scale is said: some quick presses are one change. */
const SAY_AFTER_MS = 500;

const FIELDS = "input, textarea, select, [contenteditable]";

export class Commands {
  list;
  #table;
  #stage;
  #viewer;
  #state;
  #speech;
  #movements;

  /**
   * viewer: its public methods. speech: says what changed. table: the keys (see keys.js).
   * state: { ready(), canPan(), layers(), boxId(), onLayer(id, shown), onList(open) }, and of whoever builds on the
   * viewer: means(row), true or false where it has a say; acts(row, event), true where it has done it; released(row).
   */
  constructor(stage, viewer, state, speech, table) {
    this.list = new KeyList(table);
    this.#table = table;
    this.#stage = stage;
    this.#viewer = viewer;
    this.#state = state;
    this.#speech = speech;
    this.#movements = movements(viewer, state);
  }

  /** Listens to the stage until the signal aborts. */
  listen(signal) {
    const release = (event) => this.#released(keyRow(event, this.#table));
    this.#stage.addEventListener("keydown", (event) => this.#pressed(event), { signal });
    this.#stage.addEventListener("keyup", release, { signal });
    // A key that is let go elsewhere is not heard.
    this.#stage.addEventListener("focusout", () => this.#released(null), { signal });
  }

  /** Does what the key with this id does, and lets the keys go on working after the click. */
  click(id) {
    this.#act(keyFor(id, this.#table));
    this.#stage.focus({ preventScroll: true });
  }

  /** Hides everything drawn, or shows it again. */
  hide(bare) {
    this.#stage.classList.toggle("ev-bare", bare);
  }

  /** Shows or closes the list of keys. */
  toggleList(open = !this.list.open) {
    // The focus must not vanish with the list.
    if (this.list.element.contains(document.activeElement)) this.#stage.focus({ preventScroll: true });
    const words = this.list.toggle(open, this.#state.layers().map((layer) => layer.id));
    this.#stage.classList.toggle("ev-listing", open);
    this.#state.onList(open);
    this.#speech.say(words);
  }

  #pressed(event) {
    const row = pressedRow(event, this.#table);
    if (!row || event.target.matches(FIELDS) || !this.#means(row)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat || row.repeat) this.#act(row, event);
  }

  /** A key was let go; null: all of them, as far as anybody knows. */
  #released(row) {
    if (!row || row.id === "hide") this.hide(false);
    this.#state.released?.(row);
  }

  /** False where a key has nothing to act on: the page keeps it, and so arrows scroll while the whole photo is seen. */
  #means(row) {
    const theirs = this.#state.means?.(row);
    if (theirs !== undefined) return theirs;
    if (!this.#state.ready()) return false;
    if (row.layer) return this.#state.layers().some((layer) => layer.id === row.layer);
    if (row.id === "close") return this.list.open;
    return !row.id.startsWith("pan-") || this.#state.canPan();
  }

  #act(row, event = null) {
    if (this.#state.acts?.(row, event)) return;
    if (row.layer) this.#switchLayer(row.layer);
    else if (row.id === "hide") this.hide(true);
    else if (row.id === "list" || row.id === "close") this.toggleList();
    else {
      this.#movements[row.id]();
      if (!row.repeat) this.#speech.say(`Zoom ${percent(this.#viewer.scale)}`, SAY_AFTER_MS);
    }
  }

  #switchLayer(id) {
    const { shown, label } = this.#state.layers().find((layer) => layer.id === id);
    this.#viewer.setShown(id, !shown);
    this.#speech.say(`${label ?? id} ${shown ? "hidden" : "shown"}`);
    this.#state.onLayer(id, !shown);
  }
}

function movements(viewer, state) {
  return {
    "zoom-in": () => viewer.zoomBy(ZOOM_STEP),
    "zoom-out": () => viewer.zoomBy(1 / ZOOM_STEP),
    fit: () => viewer.fit(),
    "one-to-one": () => viewer.oneToOne(),
    "to-box": () => viewer.toBox(state.boxId()),
    "pan-left": () => viewer.panBy(PAN_STEP, 0),
    "pan-right": () => viewer.panBy(-PAN_STEP, 0),
    "pan-up": () => viewer.panBy(0, PAN_STEP),
    "pan-down": () => viewer.panBy(0, -PAN_STEP),
  };
}
