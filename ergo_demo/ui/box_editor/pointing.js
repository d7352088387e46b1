/**
 * What a pointer does to boxes: holds one by an edge or its middle, or draws. It keeps no state of the boxes; it asks for
 * it, shows what is on its way and hands over what was done. Points are {x, y}, on the field in CSS px, else source px.
 */
import { boxToScreen, toSource } from "../viewer/geometry.js";
import { moved, pulled, clip } from "./boxes.js";
import { crossAt, finished, pointSet } from "./drawing.js";
import { handlePulled, nudged, selectedBox, selection } from "./editing.js";
import { REACH, cursorOf, gripAt, handlePoint } from "./grips.js";

/** CSS px that a pointer may tremble and still click. */
const CLICK_PX = 5;

export class Pointing {
  #ask;
  #on;

  /**
   * ask: { view(), state(), drawing(), panning() }
   * on: { shown(box or null) while it is held, changed(state), drawn(drawing), cursor(name) }
   */
  constructor(ask, on) {
    this.#ask = ask;
    this.#on = on;
  }

  /** See gestures.js: what a pointer that is pressed at a point holds; null: the photo. */
  grab(at, event) {
    if (this.#ask.panning()) return null;
    if (this.#ask.drawing()) return this.#draws(at);
    const reach = event.pointerType === "touch" ? REACH.touch : REACH.mouse;
    const held = this.#held(at, reach);
    if (!held) return null;
    if (held.state !== this.#ask.state()) this.#on.changed(held.state);
    return this.#holds(held, at);
  }

  /** A pointer passes. */
  hover(at) {
    const drawing = this.#ask.drawing();
    if (drawing) this.#on.drawn(crossAt(drawing, this.#inPhoto(at)));
    const held = drawing || this.#ask.panning() ? null : this.#held(at, REACH.mouse);
    this.#on.cursor(drawing ? "crosshair" : cursorOf(held?.grip));
  }

  /** {state, grip} of the box under a point, that of the selected one first. */
  #held(at, reach) {
    const state = this.#ask.state();
    const chosen = selection(state);
    const others = state.boxes.filter((each) => each !== chosen);
    for (const each of chosen ? [chosen, ...others] : others) {
      const grip = gripAt(boxToScreen(this.#ask.view(), each.box), at, reach);
      if (grip) return { grip, state: each === chosen ? state : selectedBox(state, each.id) };
    }
    return null;
  }

  #holds({ state, grip }, from) {
    const { box } = selection(state);
    const by = (at) => {
      const { scale } = this.#ask.view();
      return { x: (at.x - from.x) / scale, y: (at.y - from.y) / scale };
    };
    // From where the handle is, not from the pointer: an edge does not jump when it is taken beside its line.
    const corner = grip === "move" ? null : handlePoint(box, grip);
    const pulledTo = (at) => ({ x: corner.x + by(at).x, y: corner.y + by(at).y });
    const { photo } = state;
    const whole = [0, 0, photo.width, photo.height];
    const onTheWay = (at) =>
      corner ? clip(pulled(box, grip, pulledTo(at)), whole) : moved(box, by(at).x, by(at).y, photo);
    return {
      move: (at) => this.#on.shown(onTheWay(at)),
      end: (at) => {
        this.#on.shown(null);
        this.#on.changed(corner ? handlePulled(state, grip, pulledTo(at)) : nudged(state, by(at).x, by(at).y), true);
      },
      cancel: () => this.#on.shown(null),
    };
  }

  #draws(from) {
    const before = this.#ask.drawing();
    const first = crossAt(before, this.#inPhoto(from));
    // A drag sets its corner where it begins; four points are set one by one, where the pointer is lifted.
    const begun = before.kind === "box" && before.points.length === 0 ? pointSet(first) : first;
    this.#on.drawn(begun);
    return {
      move: (at) => this.#on.drawn(crossAt(begun, this.#inPhoto(at))),
      end: (at) => {
        const there = crossAt(begun, this.#inPhoto(at));
        const clicked = Math.hypot(at.x - from.x, at.y - from.y) <= CLICK_PX;
        const waits = begun !== first && clicked;
        this.#on.drawn(waits ? there : pointSet(there), !waits && finished(pointSet(there)) !== null);
      },
      cancel: () => this.#on.drawn(before),
    };
  }

  /** The source point under a point of the field; a corner is never set outside the photo. */
  #inPhoto(at) {
    const { x, y } = toSource(this.#ask.view(), at.x, at.y);
    const { photo } = this.#ask.state();
    const [inX, inY] = clip([x, y, x, y], [0, 0, photo.width, photo.height]);
    return { x: inX, y: inY };
  }
}
