/**
 * The tools above the photo. No Tab stops: the stage is one stop and has a key for each of them (viewer/toolbar.js).
 */
import { html, svg } from "../viewer/dom.js";
import { keyFor } from "../viewer/keys.js";
import { buttonOf } from "../viewer/toolbar.js";
import { EDITOR_KEYS } from "./keys.js";

const ICONS = {
  close: ["M4 2.5l8.5 5-3.8 1L6.6 12z"],
  draw: ["M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3"],
  "draw-more": ["M2.5 3.5h7v7h-7z", "M12.5 9.5v5M10 12h5"],
  delete: ["M3 4.5h10M6.3 4.5V3h3.4v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5"],
  "next-box": ["M2 4h6v6H2z", "M10 7h4M12 5l2 2-2 2"],
  points: ["M8 2v2.5M8 11.5V14M2 8h2.5M11.5 8H14", "M9.4 8a1.4 1.4 0 1 1-2.8 0a1.4 1.4 0 0 1 2.8 0"],
  snap: ["M5.5 5.5h5v5h-5z", "M2.5 5V2.5H5M7 2.5h2M11 2.5h2.5V5M13.5 7v2M13.5 11v2.5H11M9 13.5H7M5 13.5H2.5V11M2.5 9V7"],
  "model-box": ["M2.5 4h11v8h-11z"],
  undo: ["M6 3.5L3 6.5l3 3M3.3 6.5H10a3.2 3.2 0 010 6.4H6"],
  redo: ["M10 3.5l3 3-3 3M12.7 6.5H6a3.2 3.2 0 000 6.4h4"],
  hide: ["M2 8s2.2-4 6-4 6 4 6 4-2.2 4-6 4-6-4-6-4zM3 13.5L13 2.5"],
};

export class Bar {
  #buttons;
  element;

  /** act(id): does what the key with that id does; hide(bare): hides everything drawn while the button is held. */
  constructor(act, hide) {
    this.#buttons = {
      close: tool("close", "Edit", "Esc"), draw: tool("draw", "Draw"), points: tool("points", "4 points"),
      "draw-more": tool("draw-more", "One more box", ""), "next-box": tool("next-box", "Next box"),
      delete: tool("delete", "Delete the box", ""),
      snap: tool("snap", "Snap to region"), "model-box": tool("model-box", "Model box"),
      undo: tool("undo", "Undo", ""), redo: tool("redo", "Redo", ""), hide: tool("hide", "Hide", keyFor("hide", EDITOR_KEYS).cap.split(",")[0]),
    };
    for (const id of ["draw-more", "next-box", "delete", "undo", "redo"]) this.#buttons[id].classList.add("bx-bare");
    const { close, draw, points, snap, "model-box": model, undo, redo, hide: hidden } = this.#buttons;
    const { "draw-more": more, "next-box": next, delete: without } = this.#buttons;
    hidden.classList.add("bx-push");
    const gap = () => html("span", { class: "bx-gap" });
    this.element = html(
      "div", { class: "bx-bar", role: "toolbar", "aria-label": "Box tools" },
      close, draw, points, more, next, without, gap(), snap, model, gap(), undo, redo, hidden,
    );
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && button !== hidden && !button.disabled) act(button.dataset.does);
    });
    for (const kind of ["pointerdown", "pointerup", "pointerleave", "pointercancel"]) {
      hidden.addEventListener(kind, () => hide(kind === "pointerdown"));
    }
  }

  /** Shows which tool is on (drawing.js, or null) and what of a state (editing.js) there is to do something with. */
  update(drawing, { region, model, boxes, selected, past, future }) {
    const on = drawing?.more ? "draw-more" : { box: "draw", points: "points" }[drawing?.kind] ?? "close";
    for (const id of ["close", "draw", "draw-more", "points"]) {
      this.#buttons[id].setAttribute("aria-pressed", String(id === on));
    }
    const able = {
      snap: region, "model-box": model, undo: past.length > 0, redo: future.length > 0,
      "draw-more": boxes.length > 0, "next-box": boxes.length > 1, delete: selected !== null,
    };
    for (const [id, can] of Object.entries(able)) this.#buttons[id].disabled = !can;
  }
}

function tool(id, name, cap = keyFor(id, EDITOR_KEYS).cap) {
  const row = keyFor(id, EDITOR_KEYS);
  const paths = ICONS[id].map((d) => svg("path", { d }));
  const picture = svg("svg", { class: "ev-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, ...paths);
  const attributes = { ...buttonOf(row), "aria-label": name };
  if (id === "close") attributes.title = "Edit the box (Esc)";
  const key = cap ? [html("kbd", { "aria-hidden": "true" }, cap)] : [];
  return html("button", attributes, picture, html("span", { class: "bx-name" }, name), ...key);
}
