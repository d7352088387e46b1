"""How the Ask tab is built and wired: which event of the page calls which handler, and what the answer fills."""

from collections.abc import Callable
from typing import Any

import gradio as gr

from ergo_demo.asking import RunSettings
from ergo_demo.records import Sampling
from ergo_demo.ui import present, web, words
from ergo_demo.ui.ask import AskTab
from ergo_demo.ui.ask_view.component import ask_view
from ergo_demo.ui.examples import Example
from ergo_demo.ui.present import Page
from ergo_demo.ui.services import Services
from ergo_demo.ui.session import Sessions

# Run is grey until there is a photo and a question. Decided in the browser, because a round trip for each key is late.
_GATE = """(question, screen) =>
  ({ __type__: "update", interactive: Boolean(question?.trim() && screen?.photo) })"""

# Run and Stop stand in the same place: one of them is there.
_SWAP = """(screen) => {
  const busy = ["waiting", "running"].includes(screen?.phase);
  return [{ __type__: "update", visible: !busy }, { __type__: "update", visible: busy }];
}"""


def build(page: gr.Blocks, services: Services, examples: tuple[Example, ...]) -> None:
    """Puts the tab's parts into `page`, which is open."""
    # Below the door's own quota, so that whoever has the most makes room before anybody is refused.
    most_bytes = 0.8 * services.settings.photo_quota_bytes
    sessions = Sessions(services.door.forget, services.settings.photo_seconds, most_bytes=most_bytes)
    tab = AskTab(services, sessions, examples)
    with gr.Row(elem_id="e-bar"):
        question = gr.Textbox(
            label="Question",
            show_label=False,
            container=False,
            lines=1,
            max_lines=4,
            max_length=4_000,
            placeholder="Add a photo, then ask about something small in it",
            scale=1,
        )
        run = gr.Button("Run", variant="primary", elem_id="e-run", interactive=False, scale=0, min_width=112)
        stop = gr.Button("Stop", elem_id="e-stop", visible=False, scale=0, min_width=112)
    view = ask_view(
        present.screen(Page()),
        [{"picture": f"examples/{index}.jpg", "question": example.question} for index, example in enumerate(examples)],
        words.examples_line([example.licence for example in examples]),
        web.module_address("ask_view/ask_view.js"),
        services.door.limits.file_bytes,
    )
    settings = _settings(services)
    _wire(tab, question, run, stop, view, settings)
    page.unload(tab.left)


def _settings(services: Services) -> list[gr.Slider | gr.Number]:
    """The accordion of the settings, each explained in a line; its summary stands in the closed bar."""
    defaults = services.defaults
    made_for = (
        defaults.coarse_budget_tokens,
        defaults.zoom_budget_tokens,
        defaults.sampling.temperature,
        defaults.sampling.seed,
        defaults.samples,
        defaults.sample_temperature,
    )

    def summarize(*values: float | None) -> str:
        # An empty field is unset, and says what is used instead.
        shown = [default if value is None else value for value, default in zip(values, made_for, strict=True)]
        return words.settings_summary(*shown)

    with gr.Column(elem_id="e-settings"):
        summary = gr.HTML(
            summarize(*made_for),
            elem_id="e-summary",
            elem_classes=["e-bare"],
            apply_default_css=False,
            js_on_load=None,
        )
        with gr.Accordion("Settings", open=False):
            with gr.Row():
                coarse = _budget(
                    "Coarse budget, tokens", "How finely everything is seen at first.", defaults.coarse_budget_tokens
                )
                zoom = _budget(
                    "Zoom budget, tokens", "The most that the second look may cost.", defaults.zoom_budget_tokens
                )
            with gr.Row():
                temperature, seed = _sampling(defaults.sampling)
            with gr.Row():
                samples, sample_temperature = _samples(defaults)
    values: list[gr.Slider | gr.Number] = [coarse, zoom, temperature, seed, samples, sample_temperature]
    for value in values:
        value.change(summarize, values, summary, queue=False, show_progress="hidden", api_visibility="private")
    return values


def _budget(label: str, info: str, value: int) -> gr.Slider:
    # 2,560 tokens are twice what ERGO-7B was made for; the seconds grow faster than the budget.
    return gr.Slider(16, max(2_560, value), value=value, step=16, label=label, info=info, min_width=260)


def _sampling(sampling: Sampling) -> tuple[gr.Slider, gr.Number]:
    temperature = gr.Slider(
        0,
        2,
        value=sampling.temperature,
        step=0.05,
        min_width=260,
        label="Temperature",
        info="0 gives the same answer each time; higher draws from less likely words.",
    )
    seed = gr.Number(
        sampling.seed,
        precision=0,  # no minimum: Gradio would refuse a smaller one without a word
        min_width=260,
        label="Seed",
        info="Start of the random numbers, of the samples too; with temperature 0 the answer does not depend on it.",
    )
    return temperature, seed


def _samples(chosen: RunSettings) -> tuple[gr.Slider, gr.Slider]:
    samples = gr.Slider(
        0,
        max(16, chosen.samples),
        value=chosen.samples,
        step=1,
        min_width=260,
        label="Samples",
        info="How often the first look is drawn again, to see what is unsure; 0 is off and costs nothing.",
    )
    temperature = gr.Slider(
        0,
        2,
        value=chosen.sample_temperature,
        step=0.05,
        min_width=260,
        label="Temperature of the samples",
        info="Higher lets them look farther apart. A calibration holds for one value.",
    )
    return samples, temperature


def _wire(
    tab: AskTab,
    question: gr.Textbox,
    run: gr.Button,
    stop: gr.Button,
    view: gr.HTML,
    settings: list[gr.Slider | gr.Number],
) -> None:
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    now: dict[str, Any] = quiet | {"queue": False}

    def then_update_buttons(event: gr.events.Dependency) -> None:
        event.then(None, view, [run, stop], js=_SWAP, **quiet)
        event.then(None, [question, view], run, js=_GATE, **quiet)

    def opens(event: Callable[..., gr.events.Dependency], handler: Callable[..., Any], outputs: Any) -> None:
        then_update_buttons(event(handler, None, outputs, concurrency_limit=4, **quiet))

    opens(view.photo, tab.open_photo, view)
    opens(view.example, tab.open_example, [view, question])
    opens(view.again, tab.open_again, [view, question])
    view.waiting(tab.is_it_my_turn, None, view, **now)
    question.change(None, [question, view], run, js=_GATE, **quiet)

    started = gr.on([run.click, question.submit], tab.start, [question, *settings], view, **now)
    then_update_buttons(started)
    # One run at a time, whoever asks; "multiple", because a page may ask again while its last run still ends.
    ran = started.then(tab.run, None, view, concurrency_id="gpu", concurrency_limit=1, trigger_mode="multiple", **quiet)
    then_update_buttons(ran)
    then_update_buttons(ran.failure(tab.refused, None, view, **now))
    then_update_buttons(stop.click(tab.stop, None, view, **now))
