/**
 * Making elements. Texts go in as text nodes and attributes as attributes: there is no way in for markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes and children (elements or texts). */
export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** An SVG element with attributes and children. */
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A 16 px line drawing for a button, hidden from readers because the button has a name. */
export function icon(path) {
  return svg("svg", { class: "ev-icon", viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: path }));
}

/** 8000 as "8,000". */
export function grouped(number) {
  return Math.round(number).toLocaleString("en-US");
}
