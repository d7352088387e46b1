"""What leaves with an export: no secret, path, address or name; only the log, which is its owner's, holds more."""

import json
import os
import re
from pathlib import Path

import PIL.Image
import pyarrow.parquet as pq
import pytest

from ergo_demo.annotation.importing import keep_photo
from ergo_demo.exports import parquet
from ergo_demo.exports.exporting import Request, export
from ergo_demo.exports.formats import FORMATS, format_named
from ergo_demo.geometry import Box
from ergo_demo.imaging import Door
from tests.exports.making import Shop, many
from tests.photos import pattern

PATH, ADDRESS = "/home/ada/private/holiday.jpg", "192.168.17.4"
"""Planted beside a photo: in its metadata, in where it came from, in what an item carries."""

ADDRESSES = re.compile(rb"(?<![\d.])(?:10|127|192\.168|172\.16)\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?(?![\d.])")


def planted(shop: Shop) -> None:
    """Some decisions about a photo that came in through the door with all of that."""
    many(shop, 11)
    exif = PIL.Image.Exif()
    exif[0x010E], exif[0x013B] = f"{PATH} from {ADDRESS}", "ada"
    upload = shop.folder / "holiday.jpg"
    PIL.Image.fromarray(pattern(300, 200)).save(upload, "JPEG", exif=exif, comment=f"{PATH} {ADDRESS}".encode())
    assert PATH.encode() in upload.read_bytes()
    with Door(shop.folder / "door") as door:
        photo = door.open_upright(upload)
        keep_photo(shop.store, photo, source=f"{PATH} at {ADDRESS}", licence="CC0")
    image, _ = shop.store.image(photo.blob_sha256)
    extra = {"path": PATH, "nested": [{"client": ADDRESS}]}
    shop.item(image, "planted", trace={"none": True}, suggested=Box(10, 10, 50, 50), extra=extra)
    shop.decide("planted", boxes=(Box(60, 60, 120, 110),), answer="EXIT")


def told(file: Path) -> bytes:
    """All that a file says, its pictures' bytes left out; of Parquet, which is compressed, what is read out of it."""
    if file.suffix in (".png", ".jpg"):
        return b""
    if file.suffix != ".parquet":
        return file.read_bytes()
    schema = str(pq.read_schema(file)).encode()
    return schema + b"\n".join(json.dumps(row, default=lambda _bytes: None).encode() for row in parquet.rows(file))


def pictured(file: Path) -> bytes:
    """The bytes of a file's pictures."""
    if file.suffix in (".png", ".jpg"):
        return file.read_bytes()
    rows = parquet.rows(file) if file.suffix == ".parquet" else ()
    return b"".join(image["bytes"] for row in rows for image in row.get("images", ()))


@pytest.mark.parametrize("name", FORMATS)
def test_no_secret_address_path_or_name_leaves(shop: Shop, tmp_path: Path, name: str) -> None:
    planted(shop)
    export(shop.store, Request(format=format_named(name)), tmp_path / "out")
    secrets = {value for value in os.environ.values() if len(value) >= 12} | {"a secret for the tests only"}
    secrets |= {str(tmp_path), str(shop.folder), os.uname().nodename}
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    whole = b"\n".join(map(told, files))
    assert b"CC-BY-4.0" in whole or b"CC0" in whole, "it is read"
    assert [secret for secret in secrets if secret.encode() in whole] == []
    pictures = b"".join(map(pictured, files))
    assert [word for word in (PATH, ADDRESS, "ada") if re.search(rb"\b%s\b" % re.escape(word.encode()), pictures)] == []
    if name in ("log", "log-parquet"):  # for its owner: whole, and what is planted is found where it is
        assert PATH.encode() in whole
        assert set(ADDRESSES.findall(whole)) == {ADDRESS.encode()}
        whole = whole.replace(PATH.encode(), b"")
    else:
        assert PATH.encode() not in whole
        assert ADDRESSES.findall(whole) == []
    assert re.findall(rb"\bada\b", whole) == []
