/**
 * The two thin lines from the box on the photo to its crop: which points they join. Pure.
 *
 * All rectangles are {x, y, width, height} in client px.
 */

/** The lines end inside the crop's rounded corner. */
const INSET = 2;

/**
 * Two lines [[from, to], [from, to]], points [x, y] relative to `origin`; null where there is nothing to join.
 * To the crop's left edge where it stands beside the stage, to its top edge where it stands below. A box that leaves
 * the stage is joined from where the stage ends.
 */
export function leaderLines({ box, crop, stage, origin }) {
  const seen = overlap(box, stage);
  if (!seen || crop.width === 0) return null;
  const [left, right] = [seen.x, seen.x + seen.width];
  const [top, bottom] = [seen.y, seen.y + seen.height];
  const beside = crop.x >= stage.x + stage.width;
  const lines = beside
    ? [
        [[right, top], [crop.x, crop.y + INSET]],
        [[right, bottom], [crop.x, crop.y + crop.height - INSET]],
      ]
    : [
        [[left, bottom], [crop.x + INSET, crop.y]],
        [[right, bottom], [crop.x + crop.width - INSET, crop.y]],
      ];
  return lines.map((line) => line.map(([x, y]) => [x - origin.x, y - origin.y]));
}

function overlap(box, stage) {
  const x = Math.max(box.x, stage.x);
  const y = Math.max(box.y, stage.y);
  const width = Math.min(box.x + box.width, stage.x + stage.width) - x;
  const height = Math.min(box.y + box.height, stage.y + stage.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}
