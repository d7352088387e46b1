/** What an item is opened with: for the editor, and from a draft. No page. */
import * as editing from "../box_editor/editing.js";
import { fromFields } from "./decision.js";

/** An item of the worklist as the editor takes it (editor.js); a blind one has no proposal. */
export function editorItem({ photo, proposal, coarse }) {
  const { box = null, expanded = null, region_label: regionLabel, samples, heat = null } = proposal ?? {};
  return { photo, model: box, region: expanded, regionLabel, samples: Array.isArray(samples) ? samples : [], heat, coarse };
}

/** {edit, decision} as a draft left them; undefined where there is none. */
export function fromDraft(beginning, body) {
  if (!body) return undefined;
  const { decision, boxes } = fromFields(body);
  return { decision, edit: boxes ? editing.withBoxes(beginning, boxes) : beginning };
}

/** The body of POST /annotate/submit: the fields of a decision (decision.js) and what is known beside them. */
export function submission({ id, base_version: base }, fields, { effort, whatIf, session }) {
  return { client_id: newId(), item: id, base_version: base, ...fields, effort, what_if: whatIf, session };
}

/** A name for one decision; not every page is a secure context, in which randomUUID exists. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
