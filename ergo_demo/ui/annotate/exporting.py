"""The owner's routes of exports: what can be chosen, a dry run, files, a download. What runs is asked about."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from starlette.responses import FileResponse

from ergo_demo.errors import InputError
from ergo_demo.exports.choosing import FILTERS, KNOWN, check_filter
from ergo_demo.exports.exporting import Preview, Request
from ergo_demo.exports.formats import FORMATS, format_named
from ergo_demo.exports.jobs import MOST_KEPT, Job
from ergo_demo.exports.processor import Grid
from ergo_demo.exports.said import Rules
from ergo_demo.geometry import PATCH
from ergo_demo.ui.annotate import glances
from ergo_demo.ui.annotate.answers import NOT_KEPT, ids_of, text_of
from ergo_demo.ui.annotate.call import Call, Desk

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Training": {
        "trl-dpo": "TRL DPO", "trl-kto": "TRL KTO", "trl-sft": "TRL SFT", "trl-grpo": "TRL GRPO",
        "swift-dpo": "ms-swift DPO", "swift-kto": "ms-swift KTO", "swift-sft": "ms-swift SFT",
        "swift-grpo": "ms-swift GRPO", "llamafactory-dpo": "LLaMA-Factory DPO",
        "llamafactory-kto": "LLaMA-Factory KTO", "llamafactory-sft": "LLaMA-Factory SFT", "vlm-r1": "VLM-R1",
        "verl": "verl",
    },
    "Boxes": {
        "coco": "COCO", "yolo": "YOLO", "label-studio": "Label Studio", "w3c": "W3C", "imagefolder": "imagefolder",
        "csv": "CSV",
    },
    "Everything": {"log": "Full log", "log-parquet": "Full log, Parquet"},
}  # fmt: skip
"""Every format under the name that people know it by."""

OFFERED = ("action", "reason", "effect", "blind", "split")
"""The filters that the page offers; the command line has more."""


def options(desk: Desk, _call: Call) -> dict[str, Any]:
    """Everything that can be chosen, and what it is at first."""
    rules = Rules()
    groups = [
        {
            "title": title,
            "formats": [{"name": name, "words": words, "what": FORMATS[name].what} for name, words in names.items()],
        }
        for title, names in GROUPS.items()
    ]
    return {
        "groups": groups,
        "projects": [{"id": id, "name": name} for id, name in desk.store.projects().items()],
        "filters": {key: KNOWN[key] for key in OFFERED},
        "below_iou": rules.informative_below_iou,
        "most_pairs": rules.most_pairs,
        "most_kept": MOST_KEPT,
    }


def state(desk: Desk, _call: Call) -> dict[str, Any]:
    """The dry run or export that is at work, or was the last; and the files that are there."""
    job = desk.exports.job
    return {"job": None if job is None else _told(job), "kept": [asdict(each) for each in desk.exports.kept()]}


def start(desk: Desk, call: Call) -> dict[str, Any]:
    """Begins a dry run, or an export. Raises InputError for what cannot be chosen, or while another is at work."""
    return _told(desk.exports.start(request_of(desk, call.body), dry=call.body.get("dry") is True))


def stop(desk: Desk, _call: Call) -> dict[str, Any]:
    """Ends the one at work."""
    desk.exports.stop()
    return {}


def file(desk: Desk, call: Call) -> FileResponse:
    """A written export, as a download. Raises NotThere."""
    path = desk.exports.file(call.query.get("name", ""))
    return FileResponse(path, media_type="application/zip", filename=path.name, headers=NOT_KEPT)


def remove(desk: Desk, call: Call) -> dict[str, Any]:
    """Deletes one. Raises NotThere."""
    desk.exports.remove(text_of(call.body, "name"))
    return {}


def request_of(desk: Desk, body: Mapping[str, Any]) -> Request:
    """What a page asks for. Raises InputError."""
    fields = dict(body)
    return Request(
        format=format_named(text_of(fields, "format")),
        projects=tuple(ids_of(fields, "projects")),
        wanted=_wanted(fields.get("filters") or {}),
        rules=Rules(
            informative_below_iou=_number(fields, "below_iou", 0, 1),
            most_pairs=int(_number(fields, "most_pairs", 1, 64)),
            publish=fields.get("publish") is True,
            **_budgets(desk),
        ),
        processor="Qwen2.5-VL",
    )


def _budgets(desk: Desk) -> dict[str, int]:
    """How the page's model looks, for items that none was asked about."""
    if desk.look_again is None:
        return {}
    chosen = desk.look_again.chosen
    names = ("coarse_budget_tokens", "zoom_budget_tokens", "zoom_least_tokens")
    return {name: getattr(chosen, name) for name in names}


def _wanted(filters: object) -> dict[str, frozenset[str]]:
    problem = InputError("The filters are none.", remedy=f"Send lists of values under {', '.join(FILTERS)}.")
    if not isinstance(filters, dict) or not set(filters) <= set(FILTERS):
        raise problem
    wanted = {}
    for key, values in filters.items():
        if not isinstance(values, list) or len(values) > 50 or not all(isinstance(value, str) for value in values):
            raise problem
        check_filter(key, values)
        if values:
            wanted[key] = frozenset(values)
    return wanted


def _number(body: Mapping[str, Any], name: str, least: float, most: float) -> float:
    value = body.get(name, getattr(Rules(), {"below_iou": "informative_below_iou"}.get(name, name)))
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise InputError(f'"{name}" is {value!r}.', remedy=f"Send a number from {least} to {most}.")
    return value


def _told(job: Job) -> dict[str, Any]:
    """A job for the page; the counts in full when nothing changes them any more."""
    told: dict[str, Any] = {
        "number": job.number,
        "format": job.request.format.name,
        "publish": job.request.rules.publish,
        "dry": job.dry,
        "stage": job.stage,
        "at_work": job.at_work,
        "decisions": job.counts.decisions,
        "rows": job.counts.rows,
    }
    if job.failed is not None:
        told["failed"] = {"message": job.failed.problem, "remedy": job.failed.remedy}
    if job.stage == "done":
        told |= _counted(job.counts)
    if job.done is not None and job.kept is not None:
        checked = job.done.checked
        told["written"] = {**asdict(job.kept), "rows_again": checked.rows, "taken": job.done.taken}
    return told


def _counted(counts: Preview) -> dict[str, Any]:
    return {
        "filtered": counts.filtered,
        "giving": counts.giving,
        "kinds": dict(sorted(counts.kinds.items())),
        "splits": dict(sorted(counts.splits.items(), reverse=True)),
        "dropped": dict(counts.dropped.most_common()),
        "people": len(counts.tally.people),
        "not_for_publishing": counts.withheld or counts.tally.not_for_publishing,
        "shown": [glances.told(row) for row in counts.shown],
        "grid": None if counts.grid is None else _grid(counts.grid),
    }


def _grid(grid: Grid) -> dict[str, Any]:
    """What the processor said; `tokens` as it would have them across and down."""
    size = grid.example
    return {
        "by": grid.by,
        "sizes": grid.sizes,
        "asked": grid.asked,
        "example": [size.width, size.height],
        "tokens": [size.width // PATCH, size.height // PATCH],
        "problems": grid.problems,
    }
