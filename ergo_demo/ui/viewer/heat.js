/**
 * The heat map: a tint and hatching over the cells that the samples cover, so that it reads without colour. The lines are
 * as far apart at every zoom, and begin at the photo's corner; overlay.py draws them with the same numbers.
 */
import { svg } from "./dom.js";

/** Of a cell with a share up to 1/4, 1/2, 3/4 and 1: CSS px from line to line, and the strength of the tint. */
const LEVELS = [
  { period: 12, tint: 0.06 },
  { period: 8.5, tint: 0.12 },
  { period: 6, tint: 0.18 },
  { period: 4, tint: 0.24 },
];

const COLOUR = "#FFB31A";

/** Two viewers on one page must not share the ids of their patterns. */
let viewers = 0;

export class Heat {
  #name = `ev-hatch-${(viewers += 1)}`;
  #patterns = LEVELS.map(({ period }, level) => hatching(`${this.#name}-${level}`, period));
  #scale = 1;

  /** A group for the cells, rows of shares from the top left of the photo. */
  draw({ id, cells }, photo) {
    const paths = LEVELS.flatMap(({ tint }, level) => {
      const d = cellsAt(cells, level, photo);
      if (!d) return [];
      const tinted = svg("path", { d, fill: COLOUR, "fill-opacity": tint });
      return [tinted, svg("path", { d, fill: `url(#${this.#name}-${level})` })];
    });
    const inner = svg("g", {}, svg("defs", {}, ...this.#patterns), ...paths);
    this.place(this.#scale);
    return svg("g", { class: "ev-layer ev-heat", "data-layer": id }, inner);
  }

  /** Keeps the lines as far apart as they are at this scale, CSS px per source px. */
  place(scale) {
    this.#scale = scale;
    for (const pattern of this.#patterns) pattern.setAttribute("patternTransform", `scale(${1 / scale}) rotate(45)`);
  }
}

/** The level of a share, from 0; -1 for none. */
export function levelOf(share) {
  return Math.ceil(share * LEVELS.length) - 1;
}

/** The cells of one level as a path in source px: neighbours of a row together, or a seam would show between them. */
export function cellsAt(cells, level, photo) {
  const [height, width] = [photo.height / cells.length, photo.width / cells[0].length];
  const runs = [];
  cells.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (levelOf(row[x]) !== level) continue;
      const start = x;
      while (x + 1 < row.length && levelOf(row[x + 1]) === level) x += 1;
      runs.push(`M${start * width} ${y * height}h${(x + 1 - start) * width}v${height}h${-(x + 1 - start) * width}z`);
    }
  });
  return runs.join("");
}

function hatching(id, period) {
  const line = (width, stroke) =>
    svg("line", { x1: period / 2, y1: 0, x2: period / 2, y2: period, "stroke-width": width, stroke });
  return svg(
    "pattern", { id, width: period, height: period, patternUnits: "userSpaceOnUse" },
    line(2.5, "rgba(6, 8, 10, .70)"), line(1.15, COLOUR),
  );
}
