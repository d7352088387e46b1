"""Views are what Pillow, and so ERGO's reference code, makes of the whole photo: the same numbers, less memory."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import pyvips
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ergo_demo.errors import BoxInvalid, PhotoExpired
from ergo_demo.geometry import Box, Size, View, fit_to_budget
from ergo_demo.imaging import Door, Kernel, Photo, encode_jpeg, encode_png, reading, resample
from tests.imaging.conftest import Opens, resident_bytes
from tests.imaging.zoo import Pixels, picture, saved, scene

FILTERS = {Kernel.BICUBIC: Image.Resampling.BICUBIC, Kernel.LANCZOS: Image.Resampling.LANCZOS}


def noise(width: int, height: int) -> Image.Image:
    """Nothing is smooth: a kernel that is off by a fraction of a pixel shows."""
    levels = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Image.fromarray(levels)


@pytest.fixture(scope="package")
def photos(door: Door, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Photo]:
    folder = tmp_path_factory.mktemp("uploads")
    images = {"jpeg": noise(1500, 1100), "tiff": noise(1100, 1500), "thin": noise(2000, 40), "dot": noise(1, 1)}
    photos = {}
    for name, image in images.items():
        upload = folder / name
        upload.write_bytes(saved(image, "JPEG" if name == "jpeg" else "PNG"))
        photos[name] = door.open_upright(upload)
    return photos


def by_pillow(photo: Photo, view: View, kernel: Kernel) -> Pixels:
    """The oracle: the whole photo at once."""
    source = Image.fromarray(pyvips.Image.new_from_file(str(photo.path)).numpy())
    size = (view.size.width, view.size.height)
    return np.asarray(source.resize(size, FILTERS[kernel], box=view.region.edges))


def largest_difference(photo: Photo, view: View, kernel: Kernel) -> int:
    """From Pillow's, whether the photo is read from its file or was seen whole before, and so is held."""
    expected = by_pillow(photo, view, kernel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_memory", reading._Memory())
        read = resample(photo, view, kernel)
        resample(photo, View(Box.of(photo.size), Size(28, 28)), Kernel.BICUBIC)
        held = resample(photo, view, kernel)
    assert read.shape == expected.shape
    assert read.dtype == np.uint8
    assert (read == held).all()
    return int(np.abs(read.astype(int) - expected.astype(int)).max())


@pytest.mark.parametrize("kernel", Kernel)
@pytest.mark.parametrize("name", ["jpeg", "tiff", "thin", "dot"])
@pytest.mark.parametrize("budget_tokens", [4, 40, 640, 1280])
def test_the_coarse_view_is_exactly_pillows(
    photos: dict[str, Photo], name: str, budget_tokens: int, kernel: Kernel
) -> None:
    size = photos[name].size
    assert largest_difference(photos[name], View(Box.of(size), fit_to_budget(size, budget_tokens)), kernel) == 0


@pytest.mark.parametrize("name", ["jpeg", "tiff"])
@pytest.mark.parametrize(
    ("region", "size"),
    [
        pytest.param(Box(0, 0, 100, 100), Size(560, 560), id="top left corner, enlarged"),
        pytest.param(Box(1000, 1000, 1100, 1100), Size(560, 560), id="bottom edge, enlarged"),
        pytest.param(Box(300, 400, 900, 1000), Size(56, 84), id="middle, shrunk and stretched"),
        pytest.param(Box(0, 500, 1100, 501), Size(28, 28), id="one row"),
        pytest.param(Box(500, 0, 501, 1100), Size(28, 2800), id="one column"),
        pytest.param(Box(200, 300, 760, 860), Size(560, 560), id="as it is"),
    ],
)
@pytest.mark.parametrize("kernel", Kernel)
def test_a_zoom_view_on_whole_pixels_is_exactly_pillows(
    photos: dict[str, Photo], name: str, region: Box, size: Size, kernel: Kernel
) -> None:
    assert largest_difference(photos[name], View(region, size), kernel) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kernel=st.sampled_from(Kernel), name=st.sampled_from(["jpeg", "tiff", "thin"]))
def test_a_region_between_pixels_is_pillows_within_two_levels(
    photos: dict[str, Photo], data: st.DataObject, kernel: Kernel, name: str
) -> None:
    whole = photos[name].size
    x1 = data.draw(st.floats(0, whole.width - 1.0))
    y1 = data.draw(st.floats(0, whole.height - 1.0))
    x2 = data.draw(st.floats(x1 + 0.5, float(whole.width)))
    y2 = data.draw(st.floats(y1 + 0.5, float(whole.height)))
    size = Size(data.draw(st.integers(1, 400)), data.draw(st.integers(1, 400)))
    # Pillow keeps the corners of a region as 32-bit floats, relative to the photo; ours are relative to what was
    # read, and so a little more exact. On noise, a level in either of its two passes is what that makes.
    assert largest_difference(photos[name], View(Box(x1, y1, x2, y2), size), kernel) <= 2


def test_a_view_larger_than_a_band_is_pieced_together_without_a_seam(photos: dict[str, Photo]) -> None:
    view = View(Box.of(photos["jpeg"].size), Size(2100, 2800))
    assert largest_difference(photos["jpeg"], view, Kernel.LANCZOS) <= 1


def test_float_dust_outside_the_photo_is_forgiven_and_more_is_not(photos: dict[str, Photo]) -> None:
    photo, size = photos["tiff"], Size(56, 56)
    dusty = View(Box(-1e-9, 0, 1100 + 1e-9, 1500), size)
    assert (
        resample(photo, dusty, Kernel.BICUBIC) == by_pillow(photo, View(Box.of(photo.size), size), Kernel.BICUBIC)
    ).all()
    with pytest.raises(BoxInvalid, match="outside the photo, 1100 x 1500 px"):
        resample(photo, View(Box(0, 0, 1101, 1500), size), Kernel.BICUBIC)


def test_a_photo_that_was_deleted_has_expired(door: Door, opened: Opens) -> None:
    photo = opened(saved(picture(), "PNG"))
    door.forget(photo)
    with pytest.raises(PhotoExpired):
        resample(photo, View(Box(0, 0, 8, 8), Size(28, 28)), Kernel.BICUBIC)


def test_after_the_first_look_a_photo_is_not_decoded_again(door: Door, opened: Opens) -> None:
    one, other = opened(saved(noise(300, 200), "PNG")), opened(saved(noise(250, 220), "PNG"))
    zoom = View(Box(40, 30, 140, 130), Size(140, 140))
    expected = by_pillow(one, zoom, Kernel.LANCZOS)
    resample(one, View(Box.of(one.size), Size(84, 56)), Kernel.BICUBIC)
    one.path.write_bytes(b"no image")
    assert (resample(one, zoom, Kernel.LANCZOS) == expected).all()
    # One is held at a time: the next takes its place.
    resample(other, View(Box.of(other.size), Size(84, 84)), Kernel.BICUBIC)
    assert (resample(other, zoom, Kernel.LANCZOS) == by_pillow(other, zoom, Kernel.LANCZOS)).all()
    with pytest.raises(PhotoExpired):
        resample(one, zoom, Kernel.LANCZOS)


def test_a_photo_whose_file_is_gone_is_not_shown_from_memory(opened: Opens) -> None:
    photo = opened(saved(noise(300, 200), "PNG"))
    resample(photo, View(Box.of(photo.size), Size(84, 56)), Kernel.BICUBIC)
    photo.path.unlink()
    with pytest.raises(PhotoExpired):
        resample(photo, View(Box(0, 0, 50, 50), Size(28, 28)), Kernel.BICUBIC)


def test_a_look_that_broke_off_leaves_nothing_held(opened: Opens) -> None:
    good, broken = opened(saved(noise(300, 200), "PNG")), opened(saved(noise(300, 200), "PNG"))
    everything = View(Box.of(good.size), Size(84, 56))
    resample(good, everything, Kernel.BICUBIC)
    broken.path.write_bytes(broken.path.read_bytes()[:90_000])
    for _ in range(2):
        with pytest.raises(PhotoExpired):
            resample(broken, everything, Kernel.BICUBIC)
    assert (resample(good, everything, Kernel.BICUBIC) == by_pillow(good, everything, Kernel.BICUBIC)).all()


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_views_of_a_large_photo_take_little_memory(opened: Opens, format: str) -> None:
    photo = opened(saved(Image.new("RGB", (6000, 4000), "navy"), format))
    everything = View(Box.of(photo.size), fit_to_budget(photo.size, 1280))
    corner = View(Box(5000, 3000, 6000, 4000), Size(1120, 1120))
    resample(photo, View(Box(0, 0, 100, 100), Size(28, 28)), Kernel.LANCZOS)
    before = resident_bytes()
    for _ in range(3):
        resample(photo, everything, Kernel.BICUBIC)
        resample(photo, corner, Kernel.LANCZOS)
    assert resident_bytes() - before < 64 << 20


def test_our_own_pixels_become_files(photos: dict[str, Photo]) -> None:
    pixels = scene()
    with Image.open(io.BytesIO(encode_png(pixels))) as image:
        assert image.format == "PNG"
        assert (np.asarray(image) == pixels).all()
    with Image.open(io.BytesIO(encode_jpeg(pixels))) as image:
        assert image.format == "JPEG"
        assert np.abs(np.asarray(image).astype(int) - pixels).mean() < 3


def test_a_process_may_fork_while_another_thread_reads(tmp_path: Path) -> None:
    """As ZeroGPU does for each GPU call. Without the lock the child waits for ever, now and then."""
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(saved(picture(1600, 1200), "JPEG"))
    program = f"""
import os, sys, threading
from pathlib import Path
from ergo_demo.geometry import Box, Size, View
from ergo_demo.imaging import Door, Kernel, resample
with Door(Path({str(tmp_path)!r})) as door:
    photo = door.open_upright(Path({str(photo)!r}))
# Not quite the whole photo, which would be held, and libvips not needed again.
view = View(Box(0, 0, photo.size.width - 1, photo.size.height), Size(280, 196))
done = threading.Event()
def read():
    while not done.is_set():
        resample(photo, view, Kernel.BICUBIC)
thread = threading.Thread(target=read)
thread.start()
for _ in range(30):
    child = os.fork()
    if child == 0:
        resample(photo, view, Kernel.BICUBIC)
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
done.set()
thread.join()
"""
    # The limit is no timing: a child that hangs does so for ever.
    ran = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
