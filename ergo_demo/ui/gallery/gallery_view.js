/**
 * The gallery in the browser: a page of cards, or the head of the item that is open, as the server says (cards.py).
 *
 * Holds nothing but the last value. Every word is set as text. Loaded by component.py; `mount` is its only way in.
 */
import { html, svg } from "../viewer/dom.js";

const SIGNS = { good: "M3 8.5l3.2 3.2L13 4.8", bad: "M4.5 4.5l7 7M11.5 4.5l-7 7", none: "M3.5 8h9" };
const SIGN_NAMES = { good: "right: ", bad: "wrong: ", none: "" };

/** Fills the shell in `element`; the other three are what gr.HTML gives to its script. */
export function mount(element, { props, trigger, watch }) {
  const view = new GalleryView(element, trigger);
  watch("value", () => view.show(props.value));
  view.show(props.value);
}

class GalleryView {
  #parts;
  #trigger;
  #shown = null;
  #opened = null; // the row that was opened last, to come back to

  constructor(element, trigger) {
    const parts = element.querySelectorAll("[data-gallery]");
    this.#parts = Object.fromEntries([...parts].map((part) => [part.dataset.gallery, part]));
    this.#trigger = trigger;
    this.#onClick("back", () => trigger("turn", { page: this.#shown.page - 1 }));
    this.#onClick("forth", () => trigger("turn", { page: this.#shown.page + 1 }));
    this.#onClick("all", () => trigger("turn", { page: this.#shown.page }));
    this.#onClick("before", () => this.#open(this.#shown.item.before));
    this.#onClick("next", () => this.#open(this.#shown.item.next));
  }

  show(value) {
    if (!value) return;
    const before = this.#shown;
    this.#shown = value;
    const { list, item } = this.#parts;
    list.hidden = Boolean(value.item);
    item.hidden = !value.item;
    item.dataset.shown = String(Boolean(value.item?.shown));
    if (value.item) this.#showItem(value.item, before);
    else this.#showCards(value, before);
  }

  #onClick(part, act) {
    this.#parts[part].addEventListener("click", act);
  }

  #open(row) {
    this.#opened = row;
    this.#trigger("open", { row });
  }

  #showCards({ heading, range, page, pages, cards }, before) {
    const parts = this.#parts;
    parts.heading.textContent = heading;
    parts.range.textContent = range;
    parts.back.disabled = page === 0;
    parts.forth.disabled = page + 1 >= pages;
    parts["forth-words"].textContent = "Next 12";
    parts.none.hidden = cards.length > 0;
    parts.cards.replaceChildren(...cards.map((card) => this.#card(card)));
    // Back from an item: to its card, so that the keyboard goes on where it was.
    if (before?.item) parts.cards.querySelector(`[data-row="${this.#opened}"]`)?.focus();
  }

  #card({ row, picture, box, ratio, question, answer, sign, note }) {
    const stage = html("div", { class: "e-photo" });
    if (picture) stage.append(shownPicture(picture, box, ratio));
    else stage.append(html("span", { class: "no" }, "No photo was read"));
    const words = html("span", { class: `fx ${sign}` }, signed(sign), hidden(SIGN_NAMES[sign]), answer);
    const foot = html("span", { class: "f" }, words, html("span", {}, note));
    const asked = html("span", { class: "q" }, question);
    const button = html("button", { type: "button", class: "e-card", "data-row": String(row) }, stage, asked, foot);
    button.addEventListener("click", () => this.#open(row));
    return html("li", {}, button);
  }

  #showItem({ place, question, expected, verdict, sign, problem, before, next }, previous) {
    const parts = this.#parts;
    parts.place.textContent = place;
    parts.question.textContent = question;
    parts.verdict.className = `fx ${sign}`;
    parts.verdict.replaceChildren(signed(sign), ` ${verdict}`);
    parts.expected.textContent = expected ? `The answer is known: ${expected}` : "";
    parts.problem.hidden = !problem;
    parts.problem.textContent = problem;
    parts.before.disabled = before === null;
    parts.next.disabled = next === null;
    if (!previous?.item) parts[next === null ? "all" : "next"].focus({ preventScroll: true });
  }
}

function signed(sign) {
  return svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: SIGNS[sign] }));
}

function hidden(words) {
  return html("span", { class: "e-visually-hidden" }, words);
}

/** Of the field in which a picture stands; gallery_view.css has it too. */
const FIELD_RATIO = 16 / 9;

/** The picture of `ratio` (width / height), with its box: [x, y, width, height] in shares of it. */
function shownPicture(url, box, ratio) {
  const image = html("img", { src: url, alt: "", loading: "lazy" });
  const frame = html("span", { class: "w" }, image);
  if (box) {
    // Without a box the photo fills the field, cut off where it is higher; with one, nothing of it is cut off.
    frame.classList.add("boxed");
    frame.classList.toggle("tall", ratio < FIELD_RATIO);
    frame.style.setProperty("--ratio", String(ratio));
    const [x, y, width, height] = box.map((share) => String(share * 100));
    const lines = ["cas", ""].map((kind) => svg("rect", { class: kind, x, y, width, height }));
    frame.append(svg("svg", { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" }, ...lines));
  }
  image.addEventListener("error", () => frame.replaceWith(html("span", { class: "no" }, "The photo is not there")));
  return frame;
}
