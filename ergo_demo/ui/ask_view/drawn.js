/**
 * Which layers a screen draws on the photo, which sample a click means, and which picture is downloaded. Pure.
 */

/** Whether a screen has something to draw for a switch of the legend. */
export function there(screen, id) {
  return id === "samples" ? screen.samples.some(({ box }) => box) : Boolean(screen[id]);
}

/** The viewer's layers, bottom first; those that are switched off are there, so that their keys work. */
export function drawnLayers(screen, shown, heatOpacity, chosen) {
  const { dots, box, region, region_label: label, samples, heat } = screen;
  const layers = [];
  if (dots) layers.push({ id: "dots", kind: "dots", ...dots, shown: true });
  if (heat) {
    const about = "Heat map of where the samples looked.";
    layers.push({ id: "heat", kind: "heat", cells: heat, opacity: heatOpacity, label: "Heat map", about, shown: shown.heat });
  }
  if (there(screen, "samples")) {
    const boxes = samples.flatMap((sample, number) => (sample.box ? [{ number, box: sample.box }] : []));
    const about = `${boxes.length} samples.`;
    layers.push({ id: "samples", kind: "samples", boxes, chosen, label: "Samples", about, shown: shown.samples });
  }
  if (region) layers.push({ id: "region", kind: "region", box: region, label, shown: shown.region });
  if (box) layers.push({ id: "box", kind: "model-box", box, label: "Model box", shown: shown.box });
  return layers;
}

/** The index of the rect ({x, y, width, height}, or null) whose outline is nearest to a point, within reach; else null. */
export function nearestOutline(rects, { x, y }, reach) {
  let [found, least] = [null, reach];
  rects.forEach((rect, index) => {
    const distance = rect ? fromOutline(rect, x, y) : Infinity;
    if (distance <= least) [found, least] = [index, distance];
  });
  return found;
}

function fromOutline({ x: left, y: top, width, height }, x, y) {
  const outside = Math.hypot(Math.max(left - x, 0, x - left - width), Math.max(top - y, 0, y - top - height));
  return outside || Math.min(x - left, left + width - x, y - top, top + height - y);
}

/** What key 8 makes of the heat map, again and again: shown as it was, at 50 %, at 75 %, hidden and as it was. */
export function nextHeat({ shown, opacity, before }) {
  if (!shown) return { shown: true, opacity, before: null };
  if (before === null) return { shown: true, opacity: 0.5, before: opacity };
  if (opacity === 0.5) return { shown: true, opacity: 0.75, before };
  return { shown: false, opacity: before, before: null };
}

/** What the overlay's address says about the switches. */
export function overlayQuery(shown, heatOpacity) {
  const layers = Object.keys(shown).filter((id) => shown[id]);
  return new URLSearchParams({ layers: layers.join(" "), heat: String(Math.round(heatOpacity * 100)) }).toString();
}
