/**
 * The one table of the viewer's keys. The list of keys, the tool tips, aria-keyshortcuts and the tests all read it.
 * Whoever builds on the viewer brings a longer table (box_editor/keys.js); the functions here read either.
 *
 *   id      what the key does, for the code
 *   keys    values of event.key, lower case
 *   codes   values of event.code, asked only where the layout types no Latin letters (Cyrillic, Greek, Arabic digits)
 *   cap     what is printed on the key, as the list shows it
 *   aria    its names in aria-keyshortcuts
 *   does    what it does, for the list: keys that do the same share a line, that of a layer is there while the layer is
 *   layer   id of the layer that it switches
 *   repeat  true: acts again while the key is held
 *   ctrl    true: only with Ctrl or Cmd, without it never; cmd: false, only with Ctrl
 *   shift   true: only with Shift; false: only without; missing: with it or without
 */
export const KEYS = Object.freeze([
  layerKey("5", "box", "model box"),
  layerKey("6", "region", "expanded region"),
  layerKey("7", "samples", "samples"),
  { ...layerKey("8", "heat", "heat map"), does: "heat map: show, at 50\u00a0%, at 75\u00a0%, hide" },
  { id: "zoom-in", keys: ["+", "="], codes: ["Equal", "NumpadAdd"], cap: "+", aria: "Plus", does: "zoom in" },
  { id: "zoom-out", keys: ["-", "_"], codes: ["Minus", "NumpadSubtract"], cap: "−", aria: "-", does: "zoom out" },
  { id: "fit", keys: ["0"], codes: ["Digit0", "Numpad0"], cap: "0", aria: "0", does: "fit the whole photo" },
  { id: "one-to-one", keys: ["9"], codes: ["Digit9", "Numpad9"], cap: "9", aria: "9", does: "1:1, full resolution" },
  { id: "to-box", keys: ["z"], codes: ["KeyZ"], cap: "Z", aria: "Z", does: "zoom to the box" },
  { id: "hide", keys: ["h"], codes: ["KeyH"], cap: "H, held", aria: "H", does: "hide everything drawn" },
  arrowKey("left", "←"),
  arrowKey("right", "→"),
  arrowKey("up", "↑"),
  arrowKey("down", "↓"),
  { id: "list", keys: ["?"], codes: [], cap: "?", aria: "?", does: "show or close this list" },
  { id: "close", keys: ["escape"], codes: [], cap: "Esc", aria: "Escape", does: "close this list" },
]);

function layerKey(digit, layer, name) {
  const codes = [`Digit${digit}`, `Numpad${digit}`];
  const does = `show or hide the ${name}`;
  return { id: `layer-${layer}`, layer, keys: [digit], codes, cap: digit, aria: digit, does };
}

function arrowKey(side, cap) {
  const name = `Arrow${side[0].toUpperCase()}${side.slice(1)}`;
  return { id: `pan-${side}`, keys: [name.toLowerCase()], codes: [], cap, aria: name, does: "pan", repeat: true };
}

/** The row of a key, whatever modifiers are held (for the release of a held key); null when the table has none. */
export function keyRow(event, table = KEYS) {
  const key = event.key.toLowerCase();
  const latin = /^[\x20-\x7e]+$/.test(event.key);
  const typed = table.find((row) => row.keys.includes(key));
  const placed = () => table.find((row) => row.codes.includes(event.code));
  return typed ?? (latin ? null : placed()) ?? null;
}

/** The row of a pressed key; null where the key belongs to the browser, the system or an input method. */
export function pressedRow(event, table = KEYS) {
  if (event.altKey || event.isComposing) return null;
  return keyRow(event, table.filter((row) => modifiersFit(row, event)));
}

function modifiersFit({ ctrl = false, cmd = true, shift }, event) {
  if (event.metaKey && !cmd) return false;
  return ctrl === (event.ctrlKey || event.metaKey) && (shift === undefined || shift === event.shiftKey);
}

/** The row that does something; throws for an id that is not in the table. */
export function keyFor(id, table = KEYS) {
  const row = table.find((candidate) => candidate.id === id);
  if (!row) throw new Error(`No key does "${id}"; ids are ${table.map((each) => each.id).join(", ")}.`);
  return row;
}

/** The rows that do something while there are these layers (ids). */
export function usefulKeys(layers, table = KEYS) {
  return table.filter((row) => !row.layer || layers.includes(row.layer));
}

/** The lines of the list of keys while there are these layers (ids): {caps: [...], does}. */
export function listedKeys(layers, table = KEYS) {
  const lines = new Map();
  for (const { cap, does } of usefulKeys(layers, table)) lines.set(does, [...(lines.get(does) ?? []), cap]);
  return [...lines].map(([does, caps]) => ({ caps, does }));
}
