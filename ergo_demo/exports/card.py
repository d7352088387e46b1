"""The dataset card (README.md with YAML, as the Hugging Face Hub reads it) and the same facts for programs.

Nothing here depends on the moment of the export: the same data give the same bytes.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ergo_demo.exports.format import Checked, Format
from ergo_demo.exports.licences import hub_name
from ergo_demo.pipeline import package_version

if TYPE_CHECKING:
    from ergo_demo.exports.exporting import Preview, Request

FILE = "README.md"

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

BIASES = """\
* **Anchoring.** Who sees the model's box stays near it. Blind decisions (the box was hidden) are free of that.
* **Selection.** Items that were not drawn at random are the ones that the model was unsure of, or that somebody chose.
* **Looseness.** People draw boxes larger than needed, some more than others; nobody's box is the only right one.
* **The model.** Rejected replies are its own; the thought on the chosen side comes from where `chosen_source` says.
* **Rounding.** Text names whole px of the coarse view, so a corner can be off by one of them, or by half of
  `grid_px` where an export was asked to round. The exact box is in the formats for boxes, and in the log."""


def facts(request: "Request", counts: "Preview", checked: Checked) -> dict[str, Any]:
    """What the card says, as JSON."""
    tally, rules = counts.tally, request.rules
    return {
        "format": request.format.name,
        "app_version": package_version(),
        "newest_decision": tally.newest,
        "rows": counts.rows,
        "rows_read_again": checked.rows,
        "checked": checked.words,
        "splits": dict(sorted(counts.splits.items())),
        "kinds": dict(sorted(counts.kinds.items())),
        "decisions": counts.decisions,
        "filters": {key: sorted(values) for key, values in sorted(request.wanted.items())},
        "filtered_out": counts.filtered,
        "dropped": dict(sorted(counts.dropped.items())),
        "actions": dict(sorted(tally.actions.items())),
        "reasons": dict(sorted(tally.reasons.items())),
        "drawn": dict(sorted(tally.queues.items())),
        "blind": tally.blind,
        "people": len(tally.people),
        "median_seconds": tally.median_seconds,
        "agreement_iou": tally.agreement,
        "compared_twice": len(tally.agreements),
        "iou_with_suggestion": sum(tally.overlaps) / len(tally.overlaps) if tally.overlaps else None,
        "models": dict(sorted(tally.models.items())),
        "label_licences": dict(sorted(tally.label_licences.items())),
        "image_licences": dict(sorted(tally.image_licences.items())),
        "without_consent_to_publish": tally.not_for_publishing,
        "rules": {
            "informative_below_iou": rules.informative_below_iou,
            "most_pairs": rules.most_pairs,
            "grid_px": rules.grid_px,
            "publish": rules.publish,
        },
    }


def write(folder: Path, request: "Request", counts: "Preview", checked: Checked) -> None:
    """Writes the card."""
    made, said = request.format, facts(request, counts, checked)
    (folder / FILE).write_text(_yaml(folder, made, counts) + _body(made, said), "utf-8", newline="\n")


def licence_of(counts: "Preview") -> str:
    """The Hub's name of the one licence of labels and photos; "other" where that is no licence for the whole."""
    if counts.tally.not_for_publishing:
        return "other"
    names = set(counts.tally.label_licences) | set(counts.tally.image_licences)
    return hub_name(next(iter(names))) if len(names) == 1 else "other"


def _yaml(folder: Path, made: "Format[Any]", counts: "Preview") -> str:
    size = next((name for most, name in _SIZES if counts.rows < most), "n>1M")
    lines = [
        "---",
        "pretty_name: Corrected regions for two-look visual question answering",
        f"license: {licence_of(counts)}",
        "task_categories:\n- image-text-to-text\n- visual-question-answering",
        "annotations_creators:\n- other\n- machine-generated",
        f"size_categories:\n- {size}",
        "tags:\n- human-feedback\n- bounding-box",
    ]
    data = [(split, name) for split, name in made.data if (folder / name).exists()]
    if data:
        lines.append("configs:\n- config_name: default\n  data_files:")
        lines += [f"  - split: {split}\n    path: {name}" for split, name in data]
    return "\n".join([*lines, "---", ""])


def _body(made: "Format[Any]", said: dict[str, Any]) -> str:
    publish = said["without_consent_to_publish"]
    private = (
        f"\n**Private: {publish:,} decisions may not be published: the owner of the photo or whoever decided gave no "
        "consent, or no licence of the photo is named.**\n"
        if publish
        else ""
    )
    sections = [
        f"\n# Corrected regions, {made.name}\n{private}",
        f"{made.what[0].upper()}{made.what[1:]}.",
        f"{said['rows']:,} rows from {said['decisions']:,} decisions of {said['people']:,} people; {said['checked']}.",
        _chosen(said["filters"]),
        _table("Rows", said["kinds"]) + _table("Split (by photo)", said["splits"]),
        _table("Dropped", said["dropped"]),
        _table("What people decided", said["actions"]) + _table("Why a box was wrong", said["reasons"]),
        _table("How items were chosen", said["drawn"]),
        "## Measured\n\n" + _measured(said),
        _table("Models", said["models"]),
        _table("Licence of the labels", said["label_licences"]) + _table("Of the photos", said["image_licences"]),
        "The text of a model is under the licence of that model.",
        f"## Known biases\n\n{BIASES}",
    ]
    return "\n\n".join(section.strip("\n") for section in sections if section.strip()) + "\n"


def _chosen(filters: dict[str, list[str]]) -> str:
    if not filters:
        return ""
    wanted = "; ".join(f"{key} {_cell(' or '.join(values))}" for key, values in filters.items())
    return f"Not every decision was wanted, only these: {wanted}."


def _measured(said: dict[str, Any]) -> str:
    def number(value: float | None, unit: str = "") -> str:
        return "not measured" if value is None else f"{value:.2f}{unit}"

    return "\n".join(
        (
            f"* Active time for one decision, median: {number(said['median_seconds'], ' s')}",
            f"* Agreement of two people, mean IoU of {said['compared_twice']:,}: {number(said['agreement_iou'])}",
            f"* IoU of corrected and suggested box, mean: {number(said['iou_with_suggestion'])}",
            f"* Blind decisions (the model's box was hidden): {said['blind']:,}",
        )
    )


def _table(title: str, counts: dict[str, int]) -> str:
    if not counts:
        return ""
    rows = "\n".join(f"| {_cell(name)} | {count:,} |" for name, count in counts.items())
    return f"\n\n## {title}\n\n| | |\n|---|---|\n{rows}"


def _cell(text: str) -> str:
    # A licence or a model's name may hold anything; it must stay one cell.
    shown = "".join(letter if letter.isprintable() and letter not in "|`<>[]" else " " for letter in text)
    return shown[:100]
