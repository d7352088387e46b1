/** The photo's name in the corner of the stage. It lies on the photo, and goes while a box lies beneath it. */
import { overlaps } from "../viewer/placement.js";

/** CSS px that the widest line reaches beyond its box: half of it, and a hair. */
const LINE_PX = 3;

export class NameTag {
  #corner;
  #text;

  /** corner: the element that comes and goes. text: the one with the name. */
  constructor(corner, text) {
    [this.#corner, this.#text] = [corner, text];
  }

  /** The name of the photo that is shown; null where there is none. */
  show(name) {
    this.#corner.hidden = name === null;
    this.#corner.classList.remove("e-opening");
    this.#text.textContent = name ?? "";
  }

  /** Says that another photo comes, whatever lies beneath. */
  opening(words) {
    this.#corner.hidden = false;
    this.#corner.classList.add("e-opening");
    this.#text.textContent = words;
  }

  /** Goes or comes back, after the photo or its layers (viewer.js) were drawn anew. */
  yield(viewer, layers) {
    const { x, y, width, height } = this.#corner.getBoundingClientRect();
    const at = { x: x - LINE_PX, y: y - LINE_PX, width: width + 2 * LINE_PX, height: height + 2 * LINE_PX };
    const hides = (box) => overlaps(viewer.screenRect(box), at);
    this.#corner.classList.toggle("e-yields", boxesOf(layers).some(hides));
  }
}

/** The boxes (source px) of what is shown. */
function boxesOf(layers) {
  const seen = layers.filter(({ shown }) => shown);
  return seen.flatMap(({ box, boxes = [] }) => (box ? [box] : boxes.map((each) => each.box)));
}
