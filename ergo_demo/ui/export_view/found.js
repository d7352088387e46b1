/** The right column: what a dry run or an export found. Every word is set as text. */
import { grouped, html, svg } from "../viewer/dom.js";
import * as words from "./words.js";

const SIGNS = { true: "M3 8.5l3.2 3.2L13 4.8", false: "M8 3.5v5.500M8 12v.1", null: "M8 4.700V8l2.300 1.500M8 2a6 6 0 1 0 .01 0" };
const SIGN_NAMES = { true: "Passed: ", false: "Look at this: ", null: "Later: " };

/** Fills the panels with a finished job; hides them while there is none. picture(place): the address of a row's. */
export function fill(parts, job, picture) {
  const done = job?.stage === "done";
  for (const name of ["sum", "halves"]) parts[name].hidden = !done;
  parts.three.hidden = !done || job.shown.length === 0;
  if (!done) return;
  parts.rows.textContent = grouped(job.rows);
  parts.from.textContent = words.from(job);
  fillFlow(parts, Object.entries(job.kinds));
  fillDropped(parts.dropped, words.dropped(job));
  parts.checks.replaceChildren(...words.checks(job).map(check));
  parts["three-title"].textContent = words.firstRows(job.shown);
  parts.shown.replaceChildren(...job.shown.map((shown, place) => row(shown, picture(place))));
}

function fillFlow({ flow, flowkey }, kinds) {
  const all = kinds.reduce((sum, [, count]) => sum + count, 0);
  const bar = ([, count], place) => html("i", { class: `k${place % 4}`, style: `width: ${(100 * count) / all}%` });
  flow.replaceChildren(...kinds.map(bar));
  flow.setAttribute("aria-label", kinds.map(([name, count]) => `${grouped(count)} ${name}`).join("; "));
  flow.hidden = all === 0;
  flowkey.replaceChildren(...kinds.map(([name, count], place) => html("span", {}, html("i", { class: `k${place % 4}` }), `${words.plain(name)} ${grouped(count)}`)));
}

function fillDropped(table, reasons) {
  const line = ([why, count]) => html("tr", {}, html("td", {}, why), html("td", {}, grouped(count)));
  table.replaceChildren(...(reasons.length ? reasons.map(line) : [html("tr", {}, html("td", {}, "None: every decision gives a row."))]));
}

function check([passed, title, text]) {
  const sign = svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: SIGNS[passed] }));
  const name = html("span", { class: "e-visually-hidden" }, SIGN_NAMES[passed]);
  return html("li", { class: `is-${passed}` }, sign, html("span", {}, name, html("b", {}, title), ` ${text}`));
}

function row({ words: { kind, question, ...rest }, ratio, boxes }, address) {
  const head = html("p", { class: "qq" }, html("span", {}, question), html("span", { class: "m" }, kind));
  const { margin, "thought of": thought, ...texts } = rest;
  const about = [margin && `margin ${margin}`, thought && `thought of the better side: ${thought}`].filter(Boolean).join("; ");
  const meta = about ? [html("p", { class: "m meta" }, about)] : [];
  const sides = new Set(boxes.map(({ side }) => side));
  const shown = Object.entries(texts).map(([name, value]) => text(name, value, words.sideOf(name, rest, sides)));
  return html("div", { class: "e-row" }, picture(address, ratio, boxes), head, ...shown, ...meta);
}

function text(name, value, side) {
  const title = html("span", { class: "t" }, ...(side ? [glyph(side)] : []), name.replaceAll("_", " "));
  return html("div", { class: "e-text" }, title, value);
}

/** The lines of a side, from the casing up; the person's is double. They say the same without colour. */
const LINES = { chosen: ["cas", "line", "core"], rejected: ["cas", "line"] };

/** As a legend shows a side's line. */
function glyph(side) {
  const lines = LINES[side].slice(1).map((line) => svg("path", { class: line, d: "M3 9H27" }));
  return svg("svg", { class: `e-glyph is-${side}`, viewBox: "0 0 30 18", "aria-hidden": "true" }, ...lines);
}

/** A cut of the picture that travels in the row, `ratio` wide for its height, with its boxes in shares of it. */
function picture(src, ratio, boxes) {
  const name = words.pictured(boxes);
  const image = html("img", { src, alt: name });
  const drawn = [...boxes].sort((one, other) => other.side.localeCompare(one.side)).flatMap(outlines); // chosen on top
  const over = svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, ...drawn);
  const frame = html("span", { class: ratio < FIELD_RATIO ? "w tall" : "w", style: `aspect-ratio: ${ratio}` }, image, over);
  image.addEventListener("error", () => frame.replaceWith(html("span", { class: "no" }, "The photo is not there")));
  return html("div", { class: "e-shot" }, frame);
}

/** Of the field in which a picture stands; export_view.css has it too. */
const FIELD_RATIO = 4 / 3;

function outlines({ side, box }) {
  const [x, y, width, height] = box.map((share) => String(share * 100));
  return LINES[side].map((line) => svg("rect", { class: `${line} is-${side}`, x, y, width, height }));
}

/** The written files, each with a download and a way to be rid of it. */
export function fillKept(parts, kept, address, remove) {
  parts.files.hidden = kept.length === 0;
  parts.kept.replaceChildren(...kept.map((each) => keptLine(each, address(each.name), () => remove(each.name))));
}

function keptLine({ name, size_bytes, rows, checked }, href, remove) {
  const link = html("a", { class: "e-link", href, download: name }, `Download ${name}`);
  const button = html("button", { type: "button", class: "e-link", "aria-label": `Remove ${name}` }, "Remove");
  button.addEventListener("click", remove);
  const about = html("span", { class: "m" }, `${words.size(size_bytes)}, ${grouped(rows)} rows, ${checked}`);
  return html("li", {}, link, about, button);
}
