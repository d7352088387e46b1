"""Croissant metadata of an export: its files and columns.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ergo_demo.exports.card import licence_of
from ergo_demo.exports.folder import write_json
from ergo_demo.exports.format import Format
from ergo_demo.exports.pictures import FOLDER
from ergo_demo.pipeline import package_version
from ergo_demo.store.blobs import hash_of

if TYPE_CHECKING:
    from ergo_demo.exports.exporting import Preview

FILE = "croissant.json"

_KINDS = {
    ".parquet": "application/x-parquet",
    ".jsonl": "application/jsonlines",
    ".json": "application/json",
    ".csv": "text/csv",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
}

_TYPES = {"string": "sc:Text", "double": "sc:Float", "int64": "sc:Integer", "bool": "sc:Boolean"}

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write(folder: Path, made: "Format[Any]", counts: "Preview") -> None:
    """Writes the metadata of everything in `folder` but its pictures, which the rows name by their hashes."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in _KINDS and FOLDER not in path.parts)
    write_json(
        folder / FILE,
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": f"corrected-regions-{made.name}",
            "description": f"Regions of photos that people corrected for a two-look vision model: {made.what}.",
            "license": licence_of(counts),
            "version": package_version() if package_version()[0].isdigit() else "0.0.0",
            "datePublished": counts.tally.newest[:10] or "1970-01-01",
            "url": f"file:{made.name}",
            "citeAs": "Corrected regions, exported by ERGO Demo",
            "distribution": [_file(folder, path) for path in files],
            "recordSet": [_records(folder, path) for path in files if path.suffix == ".parquet"],
        },
    )


def _file(folder: Path, path: Path) -> dict[str, Any]:
    name = path.relative_to(folder).as_posix()
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{path.stat().st_size} B",
        "encodingFormat": _KINDS[path.suffix],
        "sha256": hash_of(path),
    }


def _records(folder: Path, path: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    name = path.relative_to(folder).as_posix()
    schema = pq.read_schema(path)
    columns = [(field.name, _TYPES[str(field.type)]) for field in schema if str(field.type) in _TYPES]
    return {
        "@type": "cr:RecordSet",
        "@id": path.stem,
        "name": path.stem,
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{path.stem}/{column}",
                "name": f"{path.stem}/{column}",
                "dataType": kind,
                "source": {"fileObject": {"@id": name}, "extract": {"column": column}},
            }
            for column, kind in columns
        ],
    }
