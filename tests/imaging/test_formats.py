"""Every kind of file comes out as the same pixels: upright, sRGB, 8 bit, three bands."""

import io
import struct
import zlib

import numpy as np
import pytest
import pyvips
from PIL import Image, ImageCms, JpegImagePlugin

from ergo_demo.errors import ImageUnreadable
from ergo_demo.geometry import Size
from ergo_demo.imaging import TILE_PX, Photo
from tests.imaging.conftest import Opens
from tests.imaging.zoo import BEASTS, ORIENTATION_TAG, UPRIGHT_TO_STORED, Beast, Pixels, oriented, picture, saved, scene


def stored(photo: Photo) -> Pixels:
    pixels: Pixels = pyvips.Image.new_from_file(str(photo.path)).numpy()
    return pixels


def most_different(one: Pixels, other: Pixels) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other.astype(int)).max())


def mean_difference(one: Pixels, other: Pixels) -> float:
    assert one.shape == other.shape
    return float(np.abs(one.astype(int) - other.astype(int)).mean())


@pytest.mark.parametrize("beast", [pytest.param(beast, id=beast.id) for beast in BEASTS])
def test_every_kind_comes_out_as_its_pixels(opened: Opens, beast: Beast) -> None:
    photo = opened(beast.data())
    assert photo.size == Size(96, 64)
    if beast.lossy:
        assert mean_difference(stored(photo), beast.pixels()) <= 4
    else:
        assert most_different(stored(photo), beast.pixels()) <= beast.tolerance
    assert beast.note in " / ".join(photo.notes)


@pytest.mark.parametrize(("uploaded", "kept"), [(0, 0), (1, 0), (2, 2)])
def test_a_jpeg_is_stored_with_all_the_colour_that_it_has(opened: Opens, uploaded: int, kept: int) -> None:
    """In Pillow's numbers: 0 is full colour (4:4:4), 1 halved across (4:2:2), 2 halved both ways (4:2:0)."""
    upload = saved(picture(), "JPEG", quality=98, subsampling=uploaded)
    photo = opened(upload)
    with Image.open(photo.path) as image, Image.open(io.BytesIO(upload)) as before:
        assert JpegImagePlugin.get_sampling(image) == kept
        assert mean_difference(np.asarray(image), np.asarray(before)) < 1


@pytest.mark.parametrize("orientation", UPRIGHT_TO_STORED)
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_orientation_is_applied_exactly_once(opened: Opens, format: str, orientation: int) -> None:
    photo = opened(oriented(format, orientation))
    assert photo.size == Size(96, 64)
    assert mean_difference(stored(photo), scene()) <= 1
    # AVIF turns by itself: the tag is not what did it.
    says_so = orientation > 1 and format != "AVIF"
    assert (f"turned upright (EXIF {orientation})" in photo.notes) == says_so
    assert photo.mime == f"image/{format.lower()}"
    if format != "AVIF":
        assert photo.exif_orientation == orientation


@pytest.mark.parametrize("tag", [0, 9, 65535])
def test_orientations_that_do_not_exist_change_nothing(opened: Opens, tag: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = tag
    photo = opened(saved(picture(), "PNG", exif=exif))
    assert most_different(stored(photo), scene()) == 0
    assert photo.exif_orientation in (None, 1)
    assert opened(saved(picture(), "GIF")).exif_orientation is None


def cmyk(ink: tuple[int, int, int, int], format: str, **options: object) -> bytes:
    return saved(Image.new("CMYK", (32, 32), ink), format, **options)


@pytest.mark.parametrize("with_profile", [False, True], ids=["no profile", "profile"])
@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("ink", "low", "high"),
    [
        pytest.param((0, 0, 0, 0), (253, 253, 253), (255, 255, 255), id="paper"),
        pytest.param((0, 0, 0, 255), (0, 0, 0), (60, 60, 60), id="black"),
        pytest.param((255, 0, 0, 0), (0, 120, 190), (60, 190, 255), id="cyan"),
        pytest.param((0, 255, 255, 0), (200, 0, 0), (255, 60, 70), id="red"),
    ],
)
def test_cmyk_goes_through_a_profile(
    opened: Opens,
    ink: tuple[int, int, int, int],
    low: tuple[int, int, int],
    high: tuple[int, int, int],
    format: str,
    with_profile: bool,
) -> None:
    options = {"icc_profile": pyvips.Operation.call("profile_load", "cmyk")} if with_profile else {}
    photo = opened(cmyk(ink, format, **options))
    pixel = stored(photo)[16, 16]
    assert (np.array(low) <= pixel).all()
    assert (pixel <= np.array(high)).all()
    assert ("CMYK converted by its profile" if with_profile else "CMYK converted") in photo.notes


def test_wide_gamut_is_converted_as_littlecms_does(opened: Opens) -> None:
    p3 = pyvips.Operation.call("profile_load", "p3")
    photo = opened(saved(picture(), "PNG", icc_profile=p3))
    srgb = ImageCms.createProfile("sRGB")
    expected = ImageCms.profileToProfile(
        picture(), io.BytesIO(p3), srgb, renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC, outputMode="RGB"
    )
    assert expected is not None
    assert most_different(stored(photo), np.asarray(expected)) <= 2
    assert most_different(stored(photo), scene()) > 10
    assert "colour profile applied" in photo.notes


@pytest.mark.parametrize(
    "profile",
    [b"no profile at all" * 20, b"", pyvips.Operation.call("profile_load", "cmyk")],
    ids=["garbage", "empty", "of another space"],
)
def test_a_profile_that_does_not_fit_is_left_out(opened: Opens, profile: bytes) -> None:
    photo = opened(saved(picture(), "TIFF", icc_profile=profile))
    assert most_different(stored(photo), scene()) == 0


SECRETS = (b"GPS-52.5200", b"a comment", b"<x:xmpmeta", b"<script>alert", b"PK\x03\x04zip")
DESCRIPTION_TAG, GPS_TAG, LATITUDE_TAG = 270, 0x8825, 2


def polyglot_with_everything() -> bytes:
    """A JPEG with GPS, comment, XMP and a profile, that is a web page and an archive as well."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = 6
    exif[DESCRIPTION_TAG] = "GPS-52.5200"
    exif.get_ifd(GPS_TAG)[LATITUDE_TAG] = (52.0, 31.0, 12.0)
    p3 = pyvips.Operation.call("profile_load", "p3")
    xmp = b"<x:xmpmeta>home</x:xmpmeta>"
    data = saved(picture(), "JPEG", exif=exif, comment=b"a comment", icc_profile=p3, xmp=xmp)
    assert all(secret in data for secret in SECRETS[:3])
    return data + b"<html><script>alert(1)</script></html>" + b"PK\x03\x04zip"


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_nothing_but_pixels_is_kept(opened: Opens, format: str) -> None:
    upload = polyglot_with_everything()
    if format != "JPEG":
        with Image.open(io.BytesIO(upload)) as image:
            options = {key: image.info[key] for key in ("exif", "icc_profile", "xmp", "comment")}
            upload = saved(image, format, **options) + b"".join(SECRETS)
    photo = opened(upload)
    files = [path for path in photo.folder.rglob("*") if path.is_file()]
    assert len(files) > 2
    for path in files:
        data = path.read_bytes()
        assert not [secret for secret in SECRETS if secret in data], path.name
        with Image.open(path) as image:
            assert {"icc_profile", "xmp", "comment", "exif"}.isdisjoint(image.info)
            assert {DESCRIPTION_TAG, GPS_TAG}.isdisjoint(image.getexif())
            assert image.getexif().get(ORIENTATION_TAG, 1) == 1


def test_a_jpeg_stays_a_jpeg_and_everything_else_is_kept_without_loss(opened: Opens) -> None:
    jpeg, other = opened(saved(picture(), "JPEG")), opened(saved(picture(), "PNG"))
    with Image.open(jpeg.path) as image:
        assert image.format == "JPEG"
    with Image.open(other.path) as image:
        assert image.format == "TIFF"
        assert most_different(np.asarray(image), scene()) == 0


def test_tiles_are_the_source_cut_up_and_halved(opened: Opens) -> None:
    photo = opened(saved(picture(1300, 700), "PNG"))
    top = photo.tiles / "11"
    assert {path.name for path in top.iterdir()} == {f"{x}_{y}.jpg" for x in range(3) for y in range(2)}
    assert sorted(int(path.name) for path in photo.tiles.iterdir()) == list(range(12))
    with Image.open(top / "2_1.jpg") as tile:
        assert tile.size == (1300 - 2 * TILE_PX, 700 - TILE_PX)
        cut = scene(1300, 700)[TILE_PX:, 2 * TILE_PX :]
        assert most_different(np.asarray(tile), cut) < 20
    with Image.open(photo.tiles / "10" / "0_0.jpg") as half:
        assert half.size == (TILE_PX, 350)


def float_tiff() -> bytes:
    return saved(Image.fromarray(np.zeros((8, 8), np.float32)), "TIFF")


def whole_number_tiff() -> bytes:
    return saved(Image.fromarray(np.zeros((8, 8), np.int32)), "TIFF")


def png_header(width: int, height: int) -> bytes:
    """The first bytes of a PNG of this size, without any pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body)) + b"\0\0\0\0IDAT"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        pytest.param(b"", "This file is empty.", id="empty"),
        pytest.param(b"\0\0\0\x18ftypheic" + bytes(64), "not a photo that can be opened: HEIC.", id="heic"),
        pytest.param(b"\0\0\0\x18ftypmif1" + bytes(64), "HEIC.", id="heif"),
        pytest.param(b"\0\0\0\x18ftypmp42" + bytes(64), "a video.", id="mp4"),
        pytest.param(b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "SVG.", id="svg"),
        pytest.param(b"%PDF-1.7\n", "PDF.", id="pdf"),
        pytest.param(saved(picture(), "BMP"), "BMP.", id="bmp"),
        pytest.param(saved(picture(), "JPEG2000"), "JPEG 2000.", id="jpeg 2000"),
        pytest.param("Grüße, keine Bilder".encode(), "text.", id="text"),
        pytest.param(b"<!DOCTYPE html><img src=x>", "a web page.", id="html"),
        pytest.param(bytes(range(256)), "an unknown kind.", id="noise"),
        pytest.param(b"PK\x03\x04" + bytes(100), "a ZIP archive.", id="zip"),
        pytest.param(png_header(13_000, 11_000), "This photo has 143 megapixels; 100 is the most.", id="pixels"),
        pytest.param(png_header(10_001, 10_000), "100.1 megapixels; 100 is the most.", id="just too many pixels"),
        pytest.param(png_header(42_000, 1_000), "42,000 px wide; 30,000 px is the most.", id="wide"),
        pytest.param(png_header(1_000, 42_000), "42,000 px high", id="high"),
        pytest.param(png_header(5_100, 100), "too thin, 5,100 x 100 px", id="thin"),
        pytest.param(float_tiff(), "This TIFF holds floating-point values, not a photo.", id="float"),
        pytest.param(whole_number_tiff(), "not a photo.", id="32 bit"),
        pytest.param(saved(picture(), "JPEG")[:-300], "This JPEG stops before its end.", id="jpeg cut"),
        pytest.param(saved(picture(), "PNG")[:-300], "This PNG ", id="png cut"),
        pytest.param(saved(picture(), "WEBP")[:-300], "This WebP ", id="webp cut"),
        pytest.param(saved(picture(), "AVIF")[:-300], "This AVIF ", id="avif cut"),
        pytest.param(saved(picture(), "GIF")[:-300], "This GIF ", id="gif cut"),
        pytest.param(saved(picture(), "TIFF", compression="tiff_lzw")[:-300], "This TIFF ", id="tiff cut"),
        pytest.param(saved(picture(), "TIFF")[:-300], "This TIFF ", id="plain tiff cut"),
    ],
)
def test_what_is_refused_and_in_which_words(opened: Opens, data: bytes, words: str) -> None:
    with pytest.raises(ImageUnreadable) as refusal:
        opened(data, "holiday.jpg")
    assert words in refusal.value.problem
    assert refusal.value.remedy.endswith(".")
