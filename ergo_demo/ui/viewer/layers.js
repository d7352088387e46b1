/**
 * What is drawn over the photo: SVG in source px under one transform, so that a box is where its numbers say at every
 * zoom, and lines whose width does not scale. Styles are in viewer.css; tags are in tags.js.
 */
import { grouped, svg } from "./dom.js";
import { Heat } from "./heat.js";

/** The strokes of each kind of box, from below; viewer.css gives them the numbers of the design. */
const STROKES = {
  "model-box": ["casing", "line"],
  region: ["casing", "line"],
  "your-box": ["casing", "line", "core"],
};

export class Layers {
  #boxes = svg("g");
  #dots = svg("g");
  /** The boxes: one named picture for readers. The dots below say nothing that the page does not say in words. */
  boxes = svg("svg", { class: "ev-layers", role: "img" }, this.#boxes);
  dots = svg("svg", { class: "ev-dots", "aria-hidden": "true" }, this.#dots);
  #heat = new Heat();
  #groups = new Map(); // layer id -> {key, group}

  /** Draws these layers (see Viewer.setLayers) of a photo; one that is as it was keeps its element, and so its fade. */
  set(layers, photo) {
    const before = this.#groups;
    this.#groups = new Map();
    for (const layer of layers) {
      const { shown, label, opacity, chosen, ...shape } = layer;
      const key = JSON.stringify([shape, photo?.width, photo?.height]);
      const kept = before.get(layer.id);
      const group = kept?.key === key ? kept.group : this.#drawn(layer, photo);
      this.#groups.set(layer.id, { key, group });
      group.classList.toggle("ev-off", !shown);
      if (opacity !== undefined) group.firstChild.setAttribute("opacity", opacity);
      if (layer.kind === "samples") choose(group, chosen);
    }
    const groups = (dots) =>
      layers.filter(({ kind }) => (kind === "dots") === dots).map(({ id }) => this.#groups.get(id).group);
    replaceIfOther(this.#boxes, groups(false));
    replaceIfOther(this.#dots, groups(true));
    this.boxes.setAttribute("aria-label", description(layers));
  }

  #drawn(layer, photo) {
    return layer.kind === "heat" ? this.#heat.draw(layer, photo) : drawn(layer, photo);
  }

  /** Moves everything to a view. */
  place({ scale, left, top }) {
    this.#heat.place(scale);
    const transform = `matrix(${scale} 0 0 ${scale} ${-left * scale} ${-top * scale})`;
    this.#boxes.setAttribute("transform", transform);
    this.#dots.setAttribute("transform", transform);
  }
}

/** Only where they differ: putting an element back into the page restarts its animation. */
function replaceIfOther(parent, children) {
  const same = children.every((child, at) => parent.children[at] === child);
  if (!same || parent.children.length !== children.length) parent.replaceChildren(...children);
}

function drawn(layer, photo) {
  if (layer.kind === "dots") return svg("g", { class: "ev-layer" }, ...dotPaths(layer, photo));
  if (layer.kind === "samples") return samples(layer);
  const strokes = STROKES[layer.kind];
  if (!strokes) {
    const known = ["dots", "heat", "samples", ...Object.keys(STROKES)].join(", ");
    throw new Error(`Layer "${layer.id}" is of the kind "${layer.kind}"; known are ${known}.`);
  }
  const lines = strokes.map((stroke) => outline(layer.box, stroke));
  return svg("g", { class: `ev-layer ev-${layer.kind}`, "data-layer": layer.id }, ...lines);
}

function outline([x, y, right, bottom], stroke) {
  return svg("rect", { class: `ev-${stroke}`, x, y, width: right - x, height: bottom - y });
}

/** A thin line for each sample that named a box; `number` finds the chosen one again. */
function samples({ id, boxes }) {
  const groups = boxes.map(({ number, box }) =>
    svg("g", { "data-sample": number }, outline(box, "casing"), outline(box, "line")),
  );
  return svg("g", { class: "ev-layer ev-samples", "data-layer": id }, ...groups);
}

function choose(group, chosen) {
  for (const one of group.children) one.classList.toggle("ev-chosen", one.dataset.sample === String(chosen));
}

/**
 * A dot in the middle of each token of the coarse view. All are one path of lines without length, whose round ends make
 * the dots: thousands of circles would cost the frame.
 */
function dotPaths({ columns, rows }, photo) {
  if (!photo) return [];
  const [width, height] = [photo.width / columns, photo.height / rows];
  const at = (column, row) => `M${(column + 0.5) * width} ${(row + 0.5) * height}h0`;
  const d = Array.from({ length: columns * rows }, (_, n) => at(n % columns, Math.floor(n / columns))).join("");
  return [svg("path", { class: "ev-casing", d }), svg("path", { class: "ev-line", d })];
}

function description(layers) {
  const shown = layers.filter((layer) => layer.shown && (layer.box || layer.about)).reverse();
  if (shown.length === 0) return "Nothing drawn";
  return shown.map(({ label, id, box, about, locked }) => {
    if (about) return about;
    const [x1, y1, x2, y2] = box.map(grouped);
    return `${label ?? id}${locked ? ", locked," : ""} ${x1}, ${y1} to ${x2}, ${y2}.`;
  }).join(" ");
}
