/** Fills the parts of the shell with what the server says. Everything goes in as text, never as markup. */
import { html, svg } from "../viewer/dom.js";

const ICONS = {
  info: ["M8 7.3v4M8 4.8v.1", "M14 8a6 6 0 1 1-12 0a6 6 0 0 1 12 0"],
  bad: ["M8 2.5l6 11H2zM8 6.5v3.4M8 11.7v.1"],
  warn: ["M8 2.5l6 11H2zM8 6.5v3.4M8 11.7v.1"],
  wait: ["M14 8a6 6 0 1 1-12 0a6 6 0 0 1 12 0", "M8 4.7V8l2.3 1.5"],
  clock: ["M14 8a6 6 0 1 1-12 0a6 6 0 0 1 12 0", "M8 4.7V8l2.3 1.5"],
  stop: ["M4.5 4.5h7v7h-7z"],
  done: ["M3 8.5l3.2 3.2L13 4.8"],
  cross: ["M4.5 4.5l7 7M11.5 4.5l-7 7"],
};

function icon(name) {
  const paths = ICONS[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "i", viewBox: "0 0 16 16", "aria-hidden": "true" }, ...paths);
}

/** The line of a layer, as the legend shows it. */
const GLYPHS = { box: { "stroke-width": "2.5" }, region: { "stroke-width": "2", "stroke-dasharray": "7 4" } };

function glyph(name) {
  const line = svg("path", { d: "M3 9H27", stroke: "#FFB31A", ...GLYPHS[name] });
  return svg("svg", { class: "e-glyph", viewBox: "0 0 30 18", "aria-hidden": "true" }, line);
}

/** Text with `words` in the fixed-width face. */
function marked(text) {
  return text.split("`").map((part, at) => (at % 2 ? html("span", { class: "mono" }, part) : part));
}

/** Replaces the children only where the words differ, so that a reader does not say them again. */
function replaceIfOther(part, key, children) {
  if (part.dataset.key === key) return;
  part.dataset.key = key;
  part.replaceChildren(...children());
}

/** The banner under the bar: {kind, strong, rest} or null. */
export function fillNotice(part, notice) {
  replaceIfOther(part, JSON.stringify(notice), () => {
    if (!notice) return [];
    const bad = notice.kind === "bad";
    const words = html("span", {}, html("b", {}, ...marked(notice.strong)), " ", ...marked(notice.rest));
    const banner = { class: `e-banner ${bad ? "bad" : ""}`.trim(), role: bad ? "alert" : "status" };
    return [html("div", banner, icon(notice.kind), words)];
  });
}

const STEP_NAMES = ["Coarse view", "Zoom view", "Answer"];

/** The three steps; the seconds of the one that ticks go into its own element: `data-ticks` is what they are added to. */
export function fillSteps(part, steps) {
  replaceIfOther(part, JSON.stringify(steps), () =>
    steps.map(({ state, note, seconds, ticks }, at) => {
      const sign = { done: [icon("done")], bad: [icon("cross")] }[state] ?? [];
      const time = ticks ? [html("span", { "data-ticks": "0" }), " s"] : [seconds];
      const words = html("span", {}, note, html("span", { class: "sec" }, ticks || seconds ? ", " : "", ...time));
      return html("li", { class: state }, html("span", { class: "s" }, ...sign), html("b", {}, STEP_NAMES[at]), words);
    }),
  );
}

/** The lines under the photo. "%s" in `strong` is where the seconds tick. */
export function fillSentences(part, lines) {
  replaceIfOther(part, JSON.stringify(lines), () =>
    lines.map(({ strong, rest, icon: name, about }) => {
      const [before, after] = strong.split("%s");
      const ticking = after === undefined ? [] : [html("span", { "data-ticks": "0" }), after];
      const words = html("span", {}, html("b", {}, before, ...ticking), strong && rest ? " " : "", rest);
      const sign = GLYPHS[name] ? glyph(name) : name ? icon(name) : html("span");
      return html("p", { class: strong ? "" : "m", ...(about ? { title: about } : {}) }, sign, words);
    }),
  );
}

/** Above so many characters an answer is no short reading: smaller type, several lines. */
const LONG_ANSWER = 26;

export function fillAnswer(part, answer, isNote) {
  part.className = isNote ? "none" : answer.length > LONG_ANSWER ? "long" : "";
  if (part.textContent !== answer) part.textContent = answer;
}

/** What the looks wrote, [{title, text}], with a caret while more is to come. */
export function fillThoughts(part, thoughts, writing) {
  if (thoughts.length === 0) {
    part.replaceChildren(html("p", { class: "m" }, writing ? "" : "The model’s reasoning, as it is written."));
    return;
  }
  const paragraphs = thoughts.map(({ title, text }) => html("p", {}, html("b", {}, title), " ", text));
  if (writing) paragraphs.at(-1).append(html("span", { class: "e-caret" }));
  part.replaceChildren(...paragraphs);
}

/** The cost card; see cost.py for its fields. */
export function fillCost(parts, cost) {
  const counted = cost.tokens !== "";
  parts.cost.hidden = parts["cost-keys"].hidden = !counted;
  parts["cost-note"].textContent = cost.note;
  if (!counted) return;
  const texts = { tokens: cost.tokens, of: cost.of, whole: cost.whole_seconds, seconds: cost.seconds, unit: "s" };
  for (const [name, text] of Object.entries(texts)) parts[`cost-${name}`].textContent = text;
  parts.bar.setAttribute("aria-label", cost.about);
  for (const name of ["coarse", "zoom", "maybe"]) {
    parts[`bar-${name}`].style.width = `${(cost[name] * 100).toFixed(2)}%`;
    parts[`bar-${name}`].hidden = cost[name] === 0;
  }
  if (cost.ticks) parts["cost-seconds"].replaceChildren(html("span", { "data-ticks": cost.seconds }));
}

/** A button for each sample; choose(number) shows its reasoning. The chosen one keeps its element, and so the focus. */
export function fillSamples(part, samples, chosen, choose) {
  replaceIfOther(part, JSON.stringify(samples), () => [
    html("span", {}, "Thought of sample"),
    ...samples.map(({ title, about }, number) => {
      const name = `${title}: ${about}`;
      const button = html("button", { type: "button", "aria-label": name, title: about }, String(number + 1));
      button.addEventListener("click", () => choose(number));
      return button;
    }),
  ]);
  part.querySelectorAll("button").forEach((button, number) => button.setAttribute("aria-pressed", String(number === chosen)));
}

/** Links to the files of this run: [{label, url, name}]. */
export function fillDownloads(parts, downloads) {
  const list = parts["download-list"];
  replaceIfOther(list, JSON.stringify(downloads), () =>
    downloads.length === 0
      ? [html("p", { class: "m" }, "There is something to download after a question.")]
      : downloads.map(({ label, url, name }) => {
          const drawn = url.endsWith("/overlay.png") ? { "data-overlay": url } : {};
          return html("a", { class: "e-btn", href: url, download: name, ...drawn }, label);
        }),
  );
  parts["downloads-summary"].textContent = downloads.map(({ label }) => label).join("; ") || "none yet";
}

/** The earlier questions of this page, latest first; choose(id) shows one again. */
export function fillAsked(parts, asked, busy, choose) {
  const list = parts["asked-list"];
  replaceIfOther(list, JSON.stringify([asked, busy]), () =>
    asked.length === 0
      ? [html("li", { class: "m" }, "What you ask is listed here until you close the page. Nobody else sees it.")]
      : asked.map((row) => askedRow(row, busy, choose)),
  );
  parts["asked-summary"].textContent = asked.length === 0 ? "none yet" : String(asked.length);
}

function askedRow({ id, question, answer, time, current }, busy, choose) {
  const clock = new Date(time).toLocaleTimeString("en-GB");
  const button = html("button", { type: "button", "data-again": id }, html("b", {}, question), html("span", {}, answer));
  button.append(html("time", { datetime: time, class: "m" }, clock));
  button.disabled = busy;
  if (current) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => choose(id));
  return html("li", {}, button);
}

/** The scenes to try; choose(index) opens one. */
export function fillExamples(parts, examples, licence, choose) {
  parts.examples.hidden = examples.length === 0;
  parts.licence.textContent = licence;
  const items = examples.map(({ picture, question }, index) => {
    const image = html("img", { src: picture, alt: "", width: "480", height: "258" });
    const button = html("button", { type: "button", "data-example": String(index) }, image, question);
    button.addEventListener("click", () => choose(index));
    return html("li", {}, button);
  });
  parts["example-list"].replaceChildren(...items);
}
