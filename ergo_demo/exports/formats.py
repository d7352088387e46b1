"""Every format, by name."""

from typing import Any

from ergo_demo.errors import InputError
from ergo_demo.exports import (
    coco,
    imagefolder,
    label_studio,
    llama_factory,
    log,
    swift,
    table,
    trl,
    verl,
    vlm_r1,
    web_annotation,
    yolo,
)
from ergo_demo.exports.format import Format

FORMATS: dict[str, Format[Any]] = {
    made.name: made
    for made in (
        trl.DPO,
        trl.KTO,
        trl.SFT,
        trl.GRPO,
        swift.DPO,
        swift.KTO,
        swift.SFT,
        swift.GRPO,
        llama_factory.DPO,
        llama_factory.KTO,
        llama_factory.SFT,
        vlm_r1.VLM_R1,
        verl.VERL,
        coco.COCO_FORMAT,
        yolo.YOLO,
        label_studio.LABEL_STUDIO,
        web_annotation.W3C,
        imagefolder.IMAGEFOLDER,
        table.CSV,
        log.LOG,
        log.LOG_PARQUET,
    )
}


def format_named(name: str) -> Format[Any]:
    """The format of this name. Raises InputError."""
    if name not in FORMATS:
        raise InputError(f"There is no format {name!r}.", remedy=f"Choose one of {', '.join(FORMATS)}.")
    return FORMATS[name]
