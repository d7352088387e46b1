/** The model's layers and their switches in the corner of the photo: they are the legend, too. */
import { html, svg } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";
import { buttonOf } from "../viewer/toolbar.js";
import { EDITOR_KEYS } from "./keys.js";

const LINES = {
  box: ["M1 6H23"], region: ["M1 6H23"], samples: ["M1 3H20M3 6H23M1 9H22"], heat: ["M1 10L9 2M8 10L16 2M15 10L23 2"],
};
const KINDS = { box: "model-box", region: "region", samples: "samples", heat: "heat" };

/** Which of the model's layers are seen at first: yes or no, and how strong the heat map is, 0 to 1. */
export const SHOWN_AT_FIRST = Object.freeze({ box: true, region: true, samples: false, heat: 0 });

/** What 8 does to the heat map, time after time. */
const STRENGTHS = [0, 1, 0.5, 0.75];

/** What is shown once the key of a layer was pressed. */
export function switched(shown, id) {
  if (id !== "heat") return { ...shown, [id]: !shown[id] };
  return { ...shown, heat: STRENGTHS[(STRENGTHS.indexOf(shown.heat) + 1) % STRENGTHS.length] };
}

/** What listeners hear of it. */
export function switchedWords({ heat }) {
  return heat > 0 ? `Heat map ${100 * heat} %` : "Heat map hidden";
}

export class Switches {
  element = html("span", { class: "bx-switches ev-group", role: "group", "aria-label": "Layers" });

  /** act(id): does what the key with that id does. */
  constructor(act) {
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) act(button.dataset.does);
    });
  }

  /** Shows a switch for each layer {id, label, shown}, topmost first. */
  update(layers) {
    this.element.hidden = layers.length === 0;
    this.element.replaceChildren(...[...layers].reverse().map(switchOf));
  }
}

function switchOf({ id, label, shown }) {
  const row = keyFor(`layer-${id}`, EDITOR_KEYS);
  const lines = LINES[id].map((d) => svg("path", { class: "ev-line", d }));
  const glyph = svg("svg", { class: `ev-glyph ev-${KINDS[id]}`, viewBox: "0 0 24 12", "aria-hidden": "true" }, ...lines);
  const attributes = { ...buttonOf(row), "aria-label": label, "aria-pressed": String(shown) };
  return html("button", attributes, glyph, html("kbd", { "aria-hidden": "true" }, row.cap));
}

/**
 * The layers of the viewer, bottom first, where there are such: the heat map, samples [box], the region under the name
 * that its promise allows, and the model's box, which cannot be changed. `item`: see BoxEditor.open.
 */
export function modelLayers({ model, region }, { samples = [], heat = null, regionLabel = "Expanded region" }, shown) {
  const layers = [];
  if (heat) {
    const about = "Heat map of where the samples looked.";
    layers.push({
      id: "heat", kind: "heat", cells: heat, opacity: shown.heat || 1, label: "Heat map", about, shown: shown.heat > 0,
    });
  }
  if (samples.length > 0) {
    const [boxes, label] = [samples.map((box, number) => ({ number, box })), `${samples.length} samples`];
    layers.push({ id: "samples", kind: "samples", boxes, chosen: null, label, about: `${label}.`, shown: shown.samples });
  }
  if (region) layers.push({ id: "region", kind: "region", box: region, label: regionLabel, shown: shown.region });
  if (model) {
    layers.push({ id: "box", kind: "model-box", box: model, label: "Model box", locked: true, shown: shown.box });
  }
  return layers;
}
