"""W3C Web Annotations, one JSON-LD object a line: https://www.w3.org/TR/annotation-model/

Media fragments name whole px only (https://www.w3.org/TR/media-frags/), so edges are rounded to the nearest one.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ergo_demo.exports.boxed import CATEGORY, with_boxes
from ergo_demo.exports.corrected import Corrected
from ergo_demo.exports.folder import JsonLines, read_lines
from ergo_demo.exports.format import Checked, Format, Out, library
from ergo_demo.exports.frames import plain, question_of
from ergo_demo.exports.licences import address
from ergo_demo.exports.said import right_answer, unfit
from ergo_demo.geometry import Box
from ergo_demo.store.records import Action

FILE = "annotations"

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["@context", "id", "type", "created", "creator", "motivation", "body", "target"],
    "properties": {
        "@context": {"const": "http://www.w3.org/ns/anno.jsonld"},
        "id": {"type": "string", "pattern": "^urn:"},
        "type": {"const": "Annotation"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"},
        "creator": {
            "type": "object",
            "required": ["id", "type"],
            "properties": {"id": {"type": "string", "pattern": "^urn:"}, "type": {"const": "Person"}},
        },
        "motivation": {"enum": ["editing", "assessing", "identifying"]},
        "rights": {"type": "string", "pattern": "^https?://[^ ]+$"},
        "body": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type", "purpose", "value"],
                "properties": {
                    "type": {"const": "TextualBody"},
                    "purpose": {"enum": ["tagging", "questioning", "replying", "commenting"]},
                    "value": {"type": "string"},
                },
            },
        },
        "target": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["source", "selector"],
                "properties": {
                    "source": {"type": "string", "pattern": "^images/"},
                    "selector": {
                        "type": "object",
                        "required": ["type", "conformsTo", "value"],
                        "properties": {
                            "type": {"const": "FragmentSelector"},
                            "conformsTo": {"const": "http://www.w3.org/TR/media-frags/"},
                            "value": {"type": "string", "pattern": r"^xywh=pixel:\d+,\d+,[1-9]\d*,[1-9]\d*$"},
                        },
                    },
                },
            },
        },
    },
}

_MOTIVATIONS = {Action.ACCEPT: "assessing", Action.EDIT: "editing", Action.REDRAW: "identifying"}


def _annotation(corrected: Corrected, name: str) -> dict[str, Any]:
    annotation, submission = corrected.annotation, corrected.annotation.submission
    words = {"tagging": CATEGORY, "questioning": question_of(corrected), "replying": right_answer(corrected)}
    words["commenting"] = plain(submission.other)
    rights = address(annotation.licence)  # an address, or nothing: "rights" is an IRI
    return {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"urn:ergo:decision:{corrected.id}",
        "type": "Annotation",
        "created": annotation.created,
        "creator": {"id": f"urn:ergo:annotator:{annotation.annotator}", "type": "Person"},
        "motivation": _MOTIVATIONS[submission.action],
        **({"rights": rights} if rights else {}),
        "body": [{"type": "TextualBody", "purpose": key, "value": value} for key, value in words.items() if value],
        "target": [{"source": name, "selector": _selector(box)} for box in corrected.boxes],
    }


def _selector(box: Box) -> dict[str, str]:
    x, y = round(box.x1), round(box.y1)
    # A box of a kept decision is at least one px wide; rounding must not take that.
    width, height = max(1, round(box.x2) - x), max(1, round(box.y2) - y)
    fragments = "http://www.w3.org/TR/media-frags/"
    return {"type": "FragmentSelector", "conformsTo": fragments, "value": f"xywh=pixel:{x},{y},{width},{height}"}


@contextmanager
def _writing(out: Out) -> Iterator[Callable[[Corrected], None]]:
    with JsonLines(out.folder) as lines:

        def add(corrected: Corrected) -> None:
            name, _ = out.pictures.photo(corrected.photo)
            lines.add(FILE, _annotation(corrected, name))

        yield add


def check(folder: Path) -> Checked:
    """Photos and selectors; with jsonschema against the schema above where it is installed."""
    rows, problems = 0, []
    by = library("jsonschema")
    valid = _validator() if by else None
    for row in read_lines(folder / f"{FILE}.jsonl"):
        rows += 1
        if valid is not None:
            problems += [f"{row['id']}: {error.message[:100]}" for error in valid.iter_errors(row)]
        for target in row["target"]:
            if not (folder / target["source"]).exists():
                problems.append(f"{target['source']} is not there")
            if not re.fullmatch(r"xywh=pixel:\d+,\d+,[1-9]\d*,[1-9]\d*", target["selector"]["value"]):
                problems.append(f"{row['id']}: {target['selector']['value']} is no region")
    return Checked(rows, tuple(problems), (by,) if by else ())


def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(SCHEMA)


W3C = Format(
    name="w3c",
    what="boxes as W3C Web Annotations (JSON-LD, one a line)",
    rows=with_boxes,
    writing=_writing,
    check=check,
    refuses=unfit,
)
