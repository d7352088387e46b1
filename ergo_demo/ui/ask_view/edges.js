/** Where each edge of the model box could have been, as edges.py says: a strip as long as the photo's side for each. */
import { html, svg } from "../viewer/dom.js";

/** Units of a strip, across and down; a bar is as high as its values are likely, and never too thin to be seen. */
const [WIDTH, HEIGHT] = [1000, 28];
const THINNEST = 5;

/** A bar under 1 % is not drawn: its outline alone would look like something that is likely. */
const LOWEST = 0.01 * HEIGHT;

/** The four edges, or nothing where the engine does not know. */
export function fillEdges(parts, edges) {
  parts.edges.hidden = edges.length === 0;
  const key = JSON.stringify(edges);
  if (parts["edge-list"].dataset.key === key) return;
  parts["edge-list"].dataset.key = key;
  parts["edges-summary"].textContent = edges.map(({ name, share }) => `${name.toLowerCase()} ${share}`).join(", ");
  parts["edge-list"].replaceChildren(...edges.map(row));
}

function row({ name, written, share, others, bars }) {
  const words = html("span", {}, html("b", {}, written), `, ${share} `, html("span", { class: "m" }, others));
  return html("li", {}, html("span", {}, name), strip(bars), words);
}

function strip(bars) {
  const seen = bars.map(rectOf).filter(({ height, written }) => written || height >= LOWEST);
  const drawn = seen.map(({ written, ...rect }) => svg("rect", { class: written ? "w" : "", ...rect }));
  const line = svg("path", { d: `M0 ${HEIGHT}H${WIDTH}` });
  const frame = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  return svg("svg", frame, line, ...drawn);
}

/** {x, y, width, height, written} of a bar in the strip's units: it stays inside. */
export function rectOf({ start, end, share, written }) {
  const width = Math.max((end - start) * WIDTH, THINNEST);
  const height = share * HEIGHT;
  return { x: Math.min(start * WIDTH, WIDTH - width), y: HEIGHT - height, width, height, written };
}
