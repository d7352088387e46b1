/** Makes the editor reachable for the test, and notes what it reports. */
import { createEditor } from "../../../ergo_demo/ui/box_editor/editor.js";
import { EDITOR_KEYS } from "../../../ergo_demo/ui/box_editor/keys.js";

window.heard = { changes: 0, shown: 0, ready: 0 };
window.keys = EDITOR_KEYS;
window.editor = createEditor(document.getElementById("stage"), {
  onChange: () => { window.heard.changes += 1; },
  onShown: () => { window.heard.shown += 1; },
  onReady: () => { window.heard.ready += 1; },
});
