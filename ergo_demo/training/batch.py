"""A batch of examples as tensors: padded, masked and ready for network.py."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ergo_demo.geometry import PATCH
from ergo_demo.scenes.drawing import Image
from ergo_demo.training.checkpoint import MEAN, STD
from ergo_demo.training.examples import IGNORE, Branch, Example, Ints
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
    """B scenes with N branches. A trunk is the coarse view between its two marks: T = cells + 2 tokens."""

    coarse: Pictures
    zoom: Pictures  # zoom views, then reading sheets
    coarse_truth: dict[str, Tensor]  # name -> (B, cells, ...) classes
    zoom_letters: Tensor  # (n, cells, 2)
    trunk_ids: Tensor  # (B, T)
    trunk_positions: Tensor  # (3, B, T)
    ids: Tensor  # (N, L), padded on the right, where nothing that counts can see it
    positions: Tensor  # (3, N, L)
    roles: Tensor  # (N, L): the role of each token
    asked: dict[str, Tensor]  # "kind" and "colour" of the thing asked about: (N,) classes as in coarse_truth
    zoom_rows: Tensor  # flat indices into (N * L) of the zoom views' tokens
    zoom_cells: Tensor  # flat indices into (n * cells), in the same order
    pointer_queries: Tensor  # (Q, 2) branch, token
    pointer_targets: Tensor  # (Q, prefix + T + L) bool


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
    rows, columns = examples[0].truth.kind.shape
    trunk_ids = torch.tensor([marks[0], *[marks[1]] * (rows * columns), marks[2]])
    trunk_positions = torch.from_numpy(_trunk_positions(prefix_length, columns, rows))
    branches = [branch for example in examples for branch in example.branches]
    length = max(len(branch.ids) for branch in branches)
    ids = np.full((len(branches), length), marks[1], dtype=np.int64)
    positions = np.zeros((3, len(branches), length), dtype=np.int64)
    roles = np.zeros((len(branches), length), dtype=np.int64)
    for row, branch in enumerate(branches):
        end = len(branch.ids)
        ids[row, :end], roles[row, :end] = branch.ids, branch.roles
        positions[:, row, :end] = np.array(branch.positions).T
    asked = torch.tensor([branch.asked for branch in branches])
    zoom, letters, zoom_rows, zoom_cells = _zooms(examples, length)
    queries, targets = _pointers(branches, prefix_length, len(trunk_ids), length)
    return Batch(
        coarse=pictures([example.image for example in examples]),
        zoom=zoom,
        coarse_truth=_stacked_truth(examples),
        zoom_letters=letters,
        trunk_ids=trunk_ids.expand(len(examples), -1),
        trunk_positions=trunk_positions[:, None].expand(-1, len(examples), -1),
        ids=torch.from_numpy(ids),
        positions=torch.from_numpy(positions),
        roles=torch.from_numpy(roles),
        asked={"kind": asked[:, 0], "colour": asked[:, 1]},
        zoom_rows=zoom_rows,
        zoom_cells=zoom_cells,
        pointer_queries=queries,
        pointer_targets=targets,
    )


def _zooms(examples: list[Example], length: int) -> tuple[Pictures, Tensor, Tensor, Tensor]:
    """Zoom views and reading sheets, their letters, and which token of which branch shows which of their cells."""
    branches = [branch for example in examples for branch in example.branches]
    shown = [(row, branch.zoom_at, branch.zoom) for row, branch in enumerate(branches) if branch.zoom is not None]
    views = [view for _, _, view in shown] + [example.sheet for example in examples]
    zoom = pictures([view.image for view in views])
    most = zoom.patches.shape[1] // PATCHES_PER_TOKEN
    letters = torch.full((len(views), most, 2), IGNORE, dtype=torch.int64)
    for index, view in enumerate(views):
        letters[index, : view.letters[0].size] = torch.from_numpy(view.letters.reshape(2, -1).T)
    tokens = [row * length + start + np.arange(view.columns * view.rows) for row, start, view in shown]
    cells = [index * most + np.arange(view.columns * view.rows) for index, (_, _, view) in enumerate(shown)]
    return zoom, letters, _joined(tokens), _joined(cells)


def _joined(arrays: list[Ints]) -> Tensor:
    """One index tensor, empty where there is nothing to join."""
    return torch.from_numpy(np.concatenate([np.zeros(0, dtype=np.int64), *arrays]))


def _pointers(branches: list[Branch], prefix: int, trunk: int, length: int) -> tuple[Tensor, Tensor]:
    """Who should look where: (Q, 2) branch and token, and (Q, prefix + trunk + length) the keys to look at."""
    queries: list[tuple[int, int]] = []
    targets: list[list[int]] = []
    for row, branch in enumerate(branches):
        for token, view, cells in branch.pointers:
            first = prefix + 1 if view == 0 else prefix + trunk + branch.zoom_at
            queries.append((row, token))
            targets.append([first + cell for cell in cells])
    pointed = torch.zeros(len(targets), prefix + trunk + length, dtype=torch.bool)
    for query, found in enumerate(targets):
        pointed[query, found] = True
    return torch.tensor(queries, dtype=torch.int64).view(-1, 2), pointed


def _trunk_positions(start: int, columns: int, rows: int) -> Ints:
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

    def stacked(arrays: list[Ints]) -> Tensor:
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
