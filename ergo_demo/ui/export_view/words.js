/** What the Export page says of an export, from the server's counts. Pure: texts in, texts out. */
import { grouped } from "../viewer/dom.js";

const CLOSED = "Export is for the owner of this page: it writes what everybody decided, with their photos.";
const OWNER = "The owner opens the address that was printed when the page was started.";

/** Why the tab is closed to this role; null for the owner. */
export function closed(role) {
  if (role === "owner") return null;
  return role === "annotator" ? `${CLOSED} You annotate here; your own decisions are under Annotate. ${OWNER}` : `${CLOSED} ${OWNER}`;
}

/** What happens just now. `expected`: decisions that a dry run of the same settings read, or null. */
export function stage(job, expected) {
  if (!job) return "Run it to see what would be written.";
  const of = expected ? ` of ${grouped(expected)}` : "";
  const sofar = `${grouped(job.decisions)}${of} decisions, ${rows(job.rows)}`;
  switch (job.stage) {
    case "reading": return `Reading: ${sofar}.`;
    case "writing": return `Writing: ${sofar}.`;
    case "checking": return job.dry ? `Asking the trainers' processor about the pictures of ${rows(job.rows)}.` : `Reading ${rows(job.rows)} again.`;
    case "packing": return "Packing the files.";
    case "stopped": return job.dry ? "Stopped. Nothing was written." : `Stopped after ${sofar}. No file was left; write again and it goes on.`;
    case "failed": return `${job.failed.message} ${job.failed.remedy}`;
    default: return job.dry ? dryDone(job) : written(job.written);
  }
}

function dryDone(job) {
  return job.rows ? "Dry run done. Nothing was written yet." : "Dry run done. There is nothing to write: see why below.";
}

/** "Checked with datasets 5.2.0: 12 rows in, 12 rows out." */
export function written({ name, checked, rows: count, rows_again, taken }) {
  const went = taken ? ` It went on with ${grouped(taken)} pictures of the try before.` : "";
  return `Written: ${name}. ${capital(checked)}: ${grouped(count)} rows in, ${grouped(rows_again)} rows out.${went}`;
}

/** "rows from 389 of 1,284 decisions", beside the figure. */
export function from({ decisions, giving }) {
  return `rows from ${grouped(giving)} of ${grouped(decisions)} decisions`;
}

/** Reasons and counts of decisions, or parts of them, that give no row. */
export function dropped(job) {
  const reasons = Object.entries(job.dropped).map(([why, count]) => [plain(why), count]);
  return job.filtered ? [["Left out by the filters", job.filtered], ...reasons] : reasons;
}

/** Over the rows that are shown: in which px their boxes are. */
export function firstRows(shown) {
  const frame = shown.some(({ words }) => "boxes" in words) ? "boxes in source px" : "boxes in texts are in coarse view px";
  return `The first ${shown.length === 1 ? "row" : `${shown.length} rows`}; ${frame}`;
}

/** [passed, title, text] of each check: true, false for what should be looked at, null for what comes later. */
export function checks(job) {
  const splits = Object.entries(job.splits).map(([name, count]) => `${grouped(count)} ${name}`).join(", ");
  const found = [...(job.grid ? [frame(job.grid)] : []), [true, "Split by photo.", `${splits || "No row"}.`], people(job)];
  if (job.not_for_publishing) found.push(consent(job));
  found.push(job.written ? loaded(job.written) : [null, "Loading back", "runs after writing: rows in = rows out."]);
  return found;
}

/** What the trainers' own processor makes of the pictures: it must not resize one again. */
function frame({ by, sizes, asked, example, tokens, problems }) {
  if (problems.length) return [false, "Frame.", `${capital(by)} would resize: ${problems.slice(0, 3).join("; ")}. Boxes would be wrong there, so nothing will be written.`];
  const px = example.map(grouped).join(" × ");
  const grid = tokens.join(" × ");
  if (sizes === 1) return [true, "Frame.", `Pictures of ${px} px: ${by} makes the same ${grid} grid.`];
  const which = asked < sizes ? `the ${asked} smallest and largest of ${grouped(sizes)} sizes` : `${grouped(sizes)} sizes`;
  return [true, "Frame.", `Pictures of ${which}: ${by} resizes none (${px} px gives the same ${grid} grid).`];
}

function people(job) {
  const hashes = `${grouped(job.people)} ${job.people === 1 ? "annotator" : "annotators"} as keyed hashes`;
  if (job.format.startsWith("log")) return [false, "People.", `${hashes}; but names of uploaded files and ids of visits, too: keep it to yourself.`];
  return [true, "People.", `${hashes}; no paths, no addresses.`];
}

function consent(job) {
  const who = `${grouped(job.not_for_publishing)} ${job.not_for_publishing === 1 ? "decision" : "decisions"} may not be published: a consent, or the licence of the photo, lacks`;
  return job.publish ? [true, "Consent.", `${who}: left out.`] : [false, "Consent.", `${who}: keep these files private.`];
}

function loaded({ checked, rows: count, rows_again }) {
  return [count === rows_again, "Loading back,", `${checked}: ${grouped(count)} rows in, ${grouped(rows_again)} rows out.`];
}

/** What a small picture shows, for whoever does not see it. */
export function pictured(boxes) {
  const sides = ["chosen", "rejected"].filter((side) => boxes.some((box) => box.side === side));
  if (sides.length === 0) return "The whole picture; no box is named";
  return `${capital(sides.join(" and "))} box on the picture that travels with them`;
}

/** Whose line a text of a row is drawn with: "chosen", "rejected", or none where no box of it is shown. */
export function sideOf(name, { good }, sides) {
  const side = { chosen: "chosen", rejected: "rejected", boxes: "chosen", box_in_view: "chosen" }[name] ?? (name === "completion" ? (good === "False" ? "rejected" : "chosen") : null);
  return sides.has(side) ? side : null;
}

/** "1.2 MB". */
export function size(bytes) {
  if (bytes < 1e6) return `${grouped(Math.max(1, bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** A store's word, as people read it. */
export function plain(name) {
  return capital(name.replaceAll("_", " "));
}

function rows(count) {
  return `${grouped(count)} ${count === 1 ? "row" : "rows"}`;
}

function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
