/** The model's layers and their switches in the corner of the photo: they are the legend, too. */
import { html, svg } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";
import { buttonOf } from "../viewer/toolbar.js";
import { EDITOR_KEYS } from "./keys.js";

const LINES = { box: ["M1 6H23"], region: ["M1 6H23"], samples: ["M1 3H20M3 6H23M1 9H22"] };
const KINDS = { box: "model-box", region: "region", samples: "samples" };

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

/** The layers of the viewer, bottom first: samples [box], the region and the model's box, where there are such. */
export function modelLayers({ model, region }, samples, shown) {
  const layers = [];
  if (samples.length > 0) {
    const [boxes, label] = [samples.map((box, number) => ({ number, box })), `${samples.length} samples`];
    layers.push({ id: "samples", kind: "samples", boxes, chosen: null, label, about: `${label}.`, shown: shown.samples });
  }
  if (region) layers.push({ id: "region", kind: "region", box: region, label: "Expanded region", shown: shown.region });
  if (model) layers.push({ id: "box", kind: "model-box", box: model, label: "Model box", shown: shown.box });
  return layers;
}
