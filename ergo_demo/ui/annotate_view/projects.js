/** The projects that are open to a person: which one is shown, the list to choose from, and on which terms. */
import { html } from "../viewer/dom.js";

const KEY = "ergo-annotate-project";

export class Projects {
  #parts;
  #storage;
  #all = [];

  /** parts: the shell's. storage: a localStorage. chosen(id): another one was chosen from the list. */
  constructor(parts, storage, chosen) {
    this.#parts = parts;
    this.#storage = storage;
    parts.projects.addEventListener("change", () => chosen(parts.projects.value));
  }

  /** Takes the list of the server; the id of the one to begin with, `before` if it is still there; null for none. */
  fill(projects, before) {
    this.#all = projects;
    this.#parts["projects-label"].hidden = projects.length < 2;
    this.#parts.projects.replaceChildren(...projects.map(({ id, name }) => html("option", { value: id }, name)));
    const last = before ?? this.#storage.getItem(KEY);
    const open = projects.find(({ items, done }) => done < items);
    return (projects.find(({ id }) => id === last) ?? open ?? projects[0])?.id ?? null;
  }

  /** Shows a project as the chosen one, with its terms until they have been agreed to. */
  show(id) {
    this.#storage.setItem(KEY, id);
    this.#parts.projects.value = id;
    const { terms } = this.#all.find((project) => project.id === id) ?? {};
    this.#parts["terms-line"].hidden = !terms || terms.seen;
    this.#parts["terms-line"].textContent = terms?.line ?? "";
  }

  /** Whoever has submitted has had the line before their eyes. */
  agreed(id) {
    this.#parts["terms-line"].hidden = true;
    const seen = (project) => ({ ...project, terms: { ...project.terms, seen: true } });
    this.#all = this.#all.map((project) => (project.id === id && project.terms ? seen(project) : project));
  }
}
