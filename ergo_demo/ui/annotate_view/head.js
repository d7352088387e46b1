/** Fills what stands above the photo: item, question, receipt, progress; and the notes that stand instead of them. */
import { grouped, html, svg } from "../viewer/dom.js";
import { lease } from "./notes.js";
import { clock } from "./receipt.js";

const SIGNS = {
  "": ["M3 8.5l3.2 3.2L13 4.8"],
  wait: ["M14 8a6 6 0 1 1-12 0a6 6 0 0 1 12 0", "M8 4.7V8l2.3 1.5"],
  bad: ["M8 2.5l6 11H2zM8 6.5v3.4M8 11.7v.1"],
};

/** The receipt {kind, strong, rest}. */
export function fillReceipt(part, { kind, strong, rest }) {
  const paths = SIGNS[kind].map((d) => svg("path", { d }));
  const sign = svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, ...paths);
  part.className = `e-saved ${kind}`.trim();
  part.replaceChildren(sign, `${strong} `, html("span", {}, rest));
}

/** Item, question and how far (progress.js); `again`: when the item was decided before, or "". */
export function fillHead(parts, item, { number, items, done }, again) {
  const [which, of] = again ? ["Decided item", ""] : [`Item ${grouped(number)}`, ` of ${grouped(items)}`];
  parts.number.replaceChildren(html("b", {}, which), of);
  const about = item.blind ? "blind: no model box is shown" : "";
  parts.about.textContent = again ? `decided ${clock(again)}; saving replaces it` : about;
  parts.lease.textContent = lease(item);
  parts.question.textContent = item.question;
  parts.progress.setAttribute("aria-valuemax", String(items));
  parts.progress.setAttribute("aria-valuenow", String(done));
  parts.progress.setAttribute("aria-label", `${grouped(done)} of ${grouped(items)} items done`);
  parts.bar.style.width = `${items > 0 ? Math.min(100, (100 * done) / items) : 0}%`;
}

/** How many this person has done, and how fast. */
export function fillSession(part, { done, median }) {
  const speed = median ? [", median ", html("b", {}, `${median.toFixed(1)} s`)] : [];
  part.replaceChildren(html("b", {}, grouped(done)), " done", ...speed);
}

/** Shows the work (phase "loading" or "open") or the note in its place ("note"). */
export function showPhase({ root, side, work, note, conflict, receipt, question }, phase) {
  root.dataset.phase = phase;
  work.hidden = phase === "note";
  note.hidden = phase !== "note";
  // A choice that waits is made, and the last decision's receipt seen, where there is no item any more as well.
  const [apart, before] = phase === "note" ? [root, note] : [side, question];
  if (conflict.parentElement !== apart) apart.prepend(conflict);
  if (receipt.nextElementSibling !== before) before.before(receipt);
}

/** A note instead of an item: {strong, rest, button, act}. */
export function fillNote(part, { strong, rest = "", button = "", act = null }) {
  const more = button ? [html("button", { type: "button", class: "e-btn" }, button)] : [];
  part.replaceChildren(html("p", {}, html("b", {}, strong), " ", ...marked(rest)), ...more);
  part.querySelector("button")?.addEventListener("click", act);
}

/** Text with `words` in the fixed-width face. */
function marked(text) {
  return text.split("`").map((part, at) => (at % 2 ? html("span", { class: "mono" }, part) : part));
}

/**
 * Two decisions about one item (an entry of unsettled.js), one of which is to count: buttons for mine, theirs, and another
 * look. By now the page may show another item, so it says which; `waiting` counts this one and those that come after it.
 */
export function fillConflict(part, { note, newest }, waiting, on) {
  const more = waiting > 1 ? ` ${grouped(waiting)} wait for a choice.` : "";
  const which = html("p", { class: "m" }, `Item ${grouped(note.number)}: ${note.question}${more}`);
  const said = html(
    "p", { role: "alert" },
    html("b", {}, `You decided this item at ${clock(newest.saved_at)} elsewhere, while you had it open.`),
    " Both are kept; choose the one that counts.",
  );
  const button = (words, cap, act) => {
    const key = html("kbd", { "aria-hidden": "true" }, cap);
    const made = html("button", { type: "button", class: "e-btn" }, words, " ", key);
    made.addEventListener("click", act);
    return made;
  };
  const row = html(
    "div", { class: "e-row" },
    button("Keep mine", "1", on.mine), button("Keep theirs", "2", on.theirs), button("Look again", "Esc", on.look),
  );
  part.replaceChildren(which, said, row);
}
