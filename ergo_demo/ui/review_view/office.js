/** The owner's forms: each sends to its route, and what came of it is said below it. */
import { html } from "../viewer/dom.js";
import { peopleLink, reportWords, runOf } from "./words.js";

/** Listens to the forms below `body`; made(project) when there is a new project. */
export function listenToForms(body, made) {
  body.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-office]");
    if (!form) return;
    event.preventDefault();
    send(form, made);
  });
  // The fold is opened: what was asked by now. `toggle` does not bubble.
  body.addEventListener("toggle", () => fillAsked(body), true);
}

async function send(form, made) {
  const { office: does } = form.dataset;
  const [output, button] = [form.querySelector("output"), form.querySelector("button.go")];
  output.className = "";
  output.textContent = does === "upload" ? "Sending. Large files take a while." : "";
  button.disabled = true;
  const { body, problem } = await ask(does, form);
  button.disabled = false;
  if (problem) {
    output.className = "bad";
    output.replaceChildren(html("b", {}, problem));
  } else if (does === "projects") made(body.id);
  else output.replaceChildren(...answer(does, body, () => form.requestSubmit()));
}

/** {body}, or {problem}: one sentence or two. */
async function ask(does, form) {
  try {
    const response = await fetch(new URL(`annotate/${does}`, document.baseURI), {
      method: "POST", credentials: "same-origin", ...request(does, form),
    });
    const body = await response.json().catch(() => ({}));
    if (response.ok) return { body };
    const { message = `The server answered ${response.status}.`, remedy = "" } = body.error ?? {};
    return { problem: `${message} ${remedy}`.trim() };
  } catch {
    return { problem: "Nothing was sent: the server does not answer, or a file has changed since you chose it." };
  }
}

function request(does, form) {
  const sent = new FormData(form);
  if (does === "upload") return { body: sent };
  const fields = Object.fromEntries(sent);
  const body = {
    people: () => fields,
    asked: () => ({ project: fields.project, consent: fields.consent === "true", ...JSON.parse(fields.run ?? "{}") }),
    projects: () => ({
      name: fields.name,
      plan: {
        order: fields.order,
        random_share: Number(fields.random_share),
        kept_days: fields.kept_days ? Number(fields.kept_days) : null,
      },
    }),
  }[does]();
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function answer(does, body, again) {
  if (does === "people") return [linkOf(body)];
  if (does === "asked") return [reportWords(body)];
  const lines = body.problems.map(({ where, text }) => html("li", {}, html("b", {}, `${where}: `), text));
  if (body.left_out > lines.length) lines.push(html("li", {}, `... and ${body.left_out - lines.length} more.`));
  if (lines.length === 0) return [reportWords(body)];
  const retry = html("button", { type: "button", class: "e-btn" }, "Try again");
  retry.addEventListener("click", again);
  const note = html("p", { class: "m" }, "Mend the files and choose them again, or try these again: nothing is added twice.");
  return [reportWords(body), html("ol", { tabindex: "0", "aria-label": "Rows left out" }, ...lines), note, retry];
}

function linkOf({ name, link }) {
  const address = peopleLink(link, document.baseURI);
  const field = html("input", { readonly: "", value: address, "aria-label": `Link for ${name}` });
  field.addEventListener("focus", () => field.select());
  const copy = html("button", { type: "button", class: "e-btn" }, "Copy");
  copy.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard?.writeText(address).then(() => (copy.textContent = "Copied"), () => {});
  });
  return html("div", {}, `For ${name}, and nobody else:`, field, copy);
}

/** Offers what the Ask tab shows now: its trace names the photo and the run. */
function fillAsked(body) {
  const form = body.querySelector('form[data-office="asked"]');
  if (!form) return;
  const traces = [...document.querySelectorAll('#e-ask [data-part="download-list"] a[href$="/trace.json"]')];
  const question = document.querySelector('#e-ask [data-again][aria-current] b')?.textContent ?? "The question on the Ask tab";
  const options = traces.map((link) => runOf(link.getAttribute("href"))).filter(Boolean)
    .map((run) => html("option", { value: JSON.stringify(run) }, question));
  form.querySelector("select").replaceChildren(...options);
  form.querySelector("[data-asked-choice]").hidden = options.length === 0;
  form.querySelector("button.go").disabled = options.length === 0;
  form.querySelector("[data-asked]").textContent = options.length > 0
    ? "What the Ask tab shows now, with its photo and the model\u2019s box. Earlier questions: choose one there first."
    : "Nothing was asked on the Ask tab yet. Ask there, then come back.";
}
