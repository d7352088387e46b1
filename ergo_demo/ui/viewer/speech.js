/**
 * What the viewer tells screen readers: what the stage is, and, politely, what a key has changed.
 */
import { grouped, html } from "./dom.js";
import { usefulKeys } from "./keys.js";

export class Speech {
  element = html("div", { class: "ev-status", role: "status" });
  #timer = 0;

  /** Says words after some quiet; of several in a row only the last. */
  say(words, afterMs = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.element.textContent = words; }, afterMs);
  }

  /** Says nothing more. */
  stop() {
    clearTimeout(this.#timer);
  }
}

/** What a viewer is and how it is used; whoever builds on it says something else. */
export const VIEWER = {
  name: "photo viewer",
  use: () => "Arrow keys pan, plus and minus zoom, question mark lists all keys.",
};

/**
 * Makes the stage a viewer and a Tab stop while it has a photo (sizes in source px), and a plain frame without.
 * layers: ids; those of `keys` that switch others are not named. about: see VIEWER.
 */
export function describeStage(stage, photo, layers, { keys, about }) {
  const attributes = {
    role: "application",
    tabindex: "0",
    "aria-roledescription": about.name,
    "aria-label": photo && `Photo, ${grouped(photo.width)} by ${grouped(photo.height)} pixels. ${about.use()}`,
    "aria-keyshortcuts": usefulKeys(layers, keys).map((row) => row.aria).join(" "),
  };
  for (const [name, value] of Object.entries(attributes)) {
    if (photo) stage.setAttribute(name, value);
    else stage.removeAttribute(name);
  }
}
