/**
 * The Review tab in the browser: fetches what the server wrote for the owner, and follows its links and filters without
 * leaving the page. Whoever is not the owner is shown one sentence.
 */
import { listenToForms } from "./office.js";

/** What was looked at last: Gradio builds the tab anew whenever it likes. */
let latest = "";

/** Fills the shell in `element`. */
export function mount(element) {
  const view = new ReviewView(element);
  view.load(latest);
}

class ReviewView {
  #body;
  #others;
  #problem;
  #asked = 0;

  constructor(element) {
    this.#body = element.querySelector('[data-review="body"]');
    this.#others = element.querySelector('[data-review="others"]');
    this.#problem = element.querySelector('[data-review="problem"]');
    this.#body.addEventListener("click", (event) => this.#clicked(event));
    this.#body.addEventListener("submit", (event) => this.#submitted(event));
    this.#body.addEventListener("change", (event) => this.#changed(event));
    listenToForms(this.#body, (project) => this.load(new URLSearchParams({ project }).toString()));
  }

  /** Shows the review with these fields of an address; `focus`: finds what had the focus in what is new. */
  async load(query, focus = null) {
    const asked = ++this.#asked;
    this.#body.setAttribute("aria-busy", "true");
    const answer = await ask(query);
    if (asked !== this.#asked) return; // overtaken
    this.#body.removeAttribute("aria-busy");
    this.#body.hidden = answer.markup === undefined;
    this.#others.hidden = !answer.others;
    this.#problem.hidden = !answer.problem;
    this.#problem.textContent = answer.problem ?? "";
    if (answer.markup === undefined) return;
    latest = query;
    const opened = this.#body.querySelector(".e-office")?.open;
    this.#body.innerHTML = answer.markup; // written by our server, which sets everybody's words as text
    const filters = this.#body.querySelector(".e-fold");
    if (filters && matchMedia("(max-width: 760px)").matches) filters.open = false;
    if (opened) this.#body.querySelector(".e-office").open = true;
    if (focus) focus(this.#body)?.focus();
  }

  #clicked(event) {
    const link = event.target.closest('a[href^="annotate/review?"]');
    if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const address = link.getAttribute("href");
    const card = link.classList.contains("e-card");
    this.load(address.slice(address.indexOf("?") + 1), (body) => {
      if (card) body.querySelector(".e-pair")?.closest(".e-panel").scrollIntoView({ block: "nearest" });
      const same = [...body.querySelectorAll("a[href]")].find((each) => each.getAttribute("href") === address);
      return same ?? body.querySelector(".e-pager a, .e-filters select");
    });
  }

  #submitted(event) {
    if (!event.target.matches(".e-filters")) return;
    event.preventDefault();
    this.load(fieldsOf(event.target), (body) => body.querySelector(".e-filters button"));
  }

  #changed(event) {
    if (!event.target.matches(".e-filters select")) return;
    const { form, name } = event.target;
    // Another project has other people.
    const query = name === "project" ? new URLSearchParams({ project: event.target.value }).toString() : fieldsOf(form);
    this.load(query, (body) => body.querySelector(`.e-filters [name="${name}"]`));
  }
}

/** The fields of a form that say something, as a query. */
function fieldsOf(form) {
  return new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
}

/** {markup}; {others: true} for whoever is not the owner; {problem}: why there is neither. */
async function ask(query) {
  const again = "Open the tab again to try again.";
  try {
    // Asked of a route that answers everybody: the browser would report a refusal as an error.
    const { you } = await (await get("annotate/projects")).json();
    if (you.role !== "owner") return { others: true };
    const response = await get(`annotate/review/part?${query}`);
    if (response.ok) return { markup: await response.text() };
    const { error } = await response.json().catch(() => ({}));
    return { problem: `The review could not be loaded. ${error ? `${error.message} ${error.remedy}` : again}` };
  } catch {
    return { problem: `The review could not be loaded: the server does not answer. ${again}` };
  }
}

const get = (address) => fetch(new URL(address, document.baseURI), { credentials: "same-origin" });
