/** Makes the viewer reachable for the test, and notes what it reports. */
import { createViewer } from "../../../ergo_demo/ui/viewer/viewer.js";

window.heard = { moves: 0, layers: [] };
window.viewer = createViewer(document.getElementById("stage"), {
  onMove: () => { window.heard.moves += 1; },
  onLayer: (id, shown) => window.heard.layers.push([id, shown]),
});
