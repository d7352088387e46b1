"""A batch of examples as tensors: padded, masked and ready for network.py."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ergo_demo.geometry import PATCH
from ergo_demo.scenes.drawing import Image
from ergo_demo.training.checkpoint import MEAN, STD
from ergo_demo.training.examples import IGNORE, Example
from ergo_demo.training.network import PATCHES_PER_TOKEN, cell_order

HALF = PATCH // 2


@dataclass
class Pictures:
    """Views of one kind, cut into patches and padded to the largest."""

    patches: Tensor  # (n, P, 588) float
    places: Tensor  # (n, P, 2)
    real: Tensor | None  # (n, P) bool, None where nothing is padded


@dataclass
class Batch:
    """B scenes. L counts the tokens behind the prefix: the coarse view between its marks, then the branches."""

    coarse: Pictures
    zoom: Pictures | None
    coarse_truth: dict[str, Tensor]  # name -> (B, cells, ...) classes
    zoom_letters: Tensor | None  # (n, cells, 2)
    ids: Tensor  # (B, L)
    positions: Tensor  # (3, B, L)
    mask: Tensor  # (B, L, prefix + L) bool
    roles: Tensor  # (B, L): the role of each token
    zoom_rows: Tensor | None  # flat indices into (B * L) of the zoom views' tokens
    zoom_cells: Tensor | None  # flat indices into (n * cells), in the same order
    pointer_queries: Tensor  # (Q, 2) scene, token
    pointer_targets: Tensor  # (Q, prefix + L) bool


def to_patches(image: Image) -> Tensor:
    """An RGB view as normalised patches (P, 588) in the order of Qwen's processor."""
    rows, columns = image.shape[0] // PATCH, image.shape[1] // PATCH
    pixels = torch.from_numpy(image).to(torch.float32).div_(255)
    pixels = (pixels - torch.tensor(MEAN)) / torch.tensor(STD)
    cut = pixels.view(rows, 2, HALF, columns, 2, HALF, 3).permute(0, 3, 1, 4, 6, 2, 5)
    return cut.reshape(rows * columns * PATCHES_PER_TOKEN, -1)


def pictures(images: list[Image]) -> Pictures:
    """Views of possibly different sizes as one padded stack."""
    shapes = {image.shape for image in images}
    most = max(shape[0] // HALF * (shape[1] // HALF) for shape in shapes)
    patches = torch.zeros(len(images), most, 3 * HALF * HALF)
    places = torch.zeros(len(images), most, 2, dtype=torch.int64)
    real = torch.zeros(len(images), most, dtype=torch.bool)
    for index, image in enumerate(images):
        cut = to_patches(image)
        patches[index, : len(cut)] = cut
        places[index, : len(cut)] = cell_order(image.shape[1] // PATCH, image.shape[0] // PATCH)
        real[index, : len(cut)] = True
    return Pictures(patches, places, real if len(shapes) > 1 else None)


def collate(examples: list[Example], prefix_length: int, marks: tuple[int, int, int]) -> Batch:
    """Stack examples; `marks` are the ids of <|vision_start|>, <|image_pad|> and <|vision_end|>."""
    cells = examples[0].truth.kind.size
    trunk = cells + 2
    length = trunk + max(sum(len(branch.ids) for branch in example.branches) for example in examples)
    count = len(examples)
    ids = np.full((count, length), marks[1], dtype=np.int64)
    positions = np.zeros((3, count, length), dtype=np.int64)
    roles = np.zeros((count, length), dtype=np.int64)
    mask = np.zeros((count, length, prefix_length + length), dtype=bool)
    mask[:, :, :prefix_length] = True
    causal = np.tril(np.ones((length, length), dtype=bool))
    queries: list[tuple[int, int]] = []
    targets: list[list[int]] = []
    zooms, zoom_rows = [], []
    for scene, example in enumerate(examples):
        columns = example.truth.kind.shape[1]
        ids[scene, 0], ids[scene, trunk - 1] = marks[0], marks[2]
        positions[:, scene, :trunk] = _trunk_positions(prefix_length, columns, cells // columns)
        seen = mask[scene, :, prefix_length:]
        seen[:, :trunk] = causal[:, :trunk]
        at = trunk
        for branch in example.branches:
            end = at + len(branch.ids)
            ids[scene, at:end], roles[scene, at:end] = branch.ids, branch.roles
            positions[:, scene, at:end] = np.array(branch.positions).T
            seen[at:end, at:end] = causal[at:end, at:end]
            for query, view, found in branch.pointers:
                first = 1 if view == 0 else at + branch.zoom_at
                queries.append((scene, at + query))
                targets.append([prefix_length + first + cell for cell in found])
            if branch.zoom is not None:
                zooms.append(branch.zoom)
                size = branch.zoom.columns * branch.zoom.rows if branch.zoom_at >= 0 else 0
                zoom_rows.append(scene * length + at + branch.zoom_at + np.arange(size))
            at = end
    pointed = torch.zeros(len(targets), prefix_length + length, dtype=torch.bool)
    for row, found_cells in enumerate(targets):
        pointed[row, found_cells] = True
    zoom = pictures([zoom.image for zoom in zooms]) if zooms else None
    letters, zoom_cells = None, None
    if zoom is not None:
        most = zoom.patches.shape[1] // PATCHES_PER_TOKEN
        letters = torch.full((len(zooms), most, 2), IGNORE, dtype=torch.int64)
        for index, view_zoom in enumerate(zooms):
            letters[index, : view_zoom.letters[0].size] = torch.from_numpy(view_zoom.letters.reshape(2, -1).T)
        zoom_cells = torch.from_numpy(np.concatenate([i * most + np.arange(len(r)) for i, r in enumerate(zoom_rows)]))
    return Batch(
        pictures([example.image for example in examples]),
        zoom,
        _stacked_truth(examples),
        letters,
        torch.from_numpy(ids),
        torch.from_numpy(positions),
        torch.from_numpy(mask),
        torch.from_numpy(roles),
        torch.from_numpy(np.concatenate(zoom_rows)) if zooms else None,
        zoom_cells,
        torch.tensor(queries, dtype=torch.int64).view(-1, 2),
        pointed,
    )


def _trunk_positions(start: int, columns: int, rows: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """mrope positions (3, cells + 2) of <|vision_start|>, the coarse view and <|vision_end|>."""
    row, column = np.indices((rows, columns)).reshape(2, -1)
    image = np.stack([np.zeros_like(row), row, column]) + start + 1
    first = np.full((3, 1), start)
    last = np.full((3, 1), start + 1 + max(columns, rows))
    return np.concatenate([first, image, last], axis=1)


def _stacked_truth(examples: list[Example]) -> dict[str, Tensor]:
    """The coarse truths as (B, cells) or (B, cells, 4) classes, with each cell's own column and row."""
    truths = [example.truth for example in examples]
    rows, columns = truths[0].kind.shape
    row, column = (torch.from_numpy(part.reshape(-1)) for part in np.indices((rows, columns)))

    def stacked(arrays: "list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]") -> Tensor:
        flat = torch.from_numpy(np.stack(arrays)).flatten(-2)
        return flat.transpose(1, 2) if flat.ndim == 3 else flat

    return {
        "kind": stacked([truth.kind for truth in truths]),
        "colour": stacked([truth.colour for truth in truths]),
        "sides": stacked([truth.sides for truth in truths]),
        "edges": stacked([truth.edges for truth in truths]),
        "column": column.expand(len(truths), -1),
        "row": row.expand(len(truths), -1),
    }
