"""A batch of examples as tensors, ready for network.py: pictures of one shape together, branches of like length."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ergo_demo.geometry import PATCH
from ergo_demo.scenes.drawing import Image
from ergo_demo.training.branches import Branch, Picture
from ergo_demo.training.checkpoint import MEAN, STD
from ergo_demo.training.examples import Example
from ergo_demo.training.network import PATCHES_PER_TOKEN, cell_order
from ergo_demo.training.truth import IGNORE, WRITING, Ints

HALF = PATCH // 2


@dataclass
class Pictures:
    """Views of one shape, cut into patches (n, P, 588) at their (row, column) `places` (P, 2)."""

    patches: Tensor
    places: Tensor


@dataclass
class Pointers:
    """Who should look where, in one group: Q queries (Q, 2: row, token) and their targets (Q, keys) bool.

    reading: (Q,) bool, whether for what is written there; asked: (Q, 3) classes of the kind, colour and part looked
    for, IGNORE where nothing is; known: (Q, 4) the edges already written, IGNORE where they are not.
    """

    queries: Tensor
    targets: Tensor
    reading: Tensor
    asked: Tensor
    known: Tensor


@dataclass
class Group:
    """Branches of like length, padded on the right, where nothing that counts can see it.

    ids, roles: (N, L); positions: (3, N, L); owner: (N,) the trunk of each. zoom_rows: flat indices into (N * L) of
    the zoom views' tokens; zoom_cells: which of the batch's zoom cells each shows. compared: (C, 2: row, token) where a
    direction comes next; apart: (C, 2) columns and rows between the two things.
    """

    ids: Tensor
    roles: Tensor
    positions: Tensor
    owner: Tensor
    zoom_rows: Tensor
    zoom_cells: Tensor
    pointers: Pointers
    compared: Tensor
    apart: Tensor


@dataclass
class Batch:
    """B scenes. A trunk is a view between its two marks: T = cells + 2 tokens. zooms: zoom views and reading sheets."""

    trunk: Pictures
    zooms: list[Pictures]
    truth: dict[str, Tensor]  # name -> (B, cells) or (B, cells, n) classes
    zoom_writing: Tensor  # (zoom cells, channels), in the order of `zooms`
    trunk_ids: Tensor  # (B, T)
    trunk_positions: Tensor  # (3, B, T)
    groups: list[Group]
    drills: Group | None = None  # behind the prefix alone


def to_patches(image: Image) -> Tensor:
    """An RGB view as normalised patches (P, 588) in the order of Qwen's processor."""
    rows, columns = image.shape[0] // PATCH, image.shape[1] // PATCH
    pixels = torch.from_numpy(image).to(torch.float32).div_(255)
    pixels = (pixels - torch.tensor(MEAN)) / torch.tensor(STD)
    cut = pixels.view(rows, 2, HALF, columns, 2, HALF, 3).permute(0, 3, 1, 4, 6, 2, 5)
    return cut.reshape(rows * columns * PATCHES_PER_TOKEN, -1)


def pictures(images: list[Image]) -> Pictures:
    """Views of one shape."""
    places = cell_order(images[0].shape[1] // PATCH, images[0].shape[0] // PATCH)
    return Pictures(torch.stack([to_patches(image) for image in images]), places)


def collate(
    examples: list[Example],
    prefix_length: int,
    marks: tuple[int, int, int],
    groups: int,
    drills: Sequence[Branch] = (),
) -> Batch:
    """Stack examples; `marks` are the ids of <|vision_start|>, <|image_pad|> and <|vision_end|>."""
    rows, columns = examples[0].truth.kind.shape
    trunk_ids = torch.tensor([marks[0], *[marks[1]] * (rows * columns), marks[2]])
    positions = torch.from_numpy(_trunk_positions(prefix_length, columns, rows))
    branches = [(row, branch) for row, example in enumerate(examples) for branch in example.branches]
    views = [branch.zoom for _, branch in branches if branch.zoom]
    views += [sheet for example in examples for sheet in example.sheets]
    zooms, first_cell, writing = _zooms(views)
    branches.sort(key=lambda item: len(item[1].ids))
    share = max(1, -(-len(branches) // groups))
    ahead = (prefix_length, len(trunk_ids))
    return Batch(
        trunk=pictures([example.image for example in examples]),
        zooms=zooms,
        truth=_stacked_truth(examples),
        zoom_writing=writing,
        trunk_ids=trunk_ids.expand(len(examples), -1),
        trunk_positions=positions[:, None].expand(-1, len(examples), -1),
        groups=[
            _group(branches[start : start + share], ahead, marks[1], first_cell)
            for start in range(0, len(branches), share)
        ],
        drills=_group([(0, drill) for drill in drills], (prefix_length, 0), marks[1], {}) if drills else None,
    )


def _zooms(views: list[Picture]) -> tuple[list[Pictures], dict[int, int], Tensor]:
    """Views by shape; where the cells of each (by id) begin among all of them; and what is written in all cells."""
    shapes: dict[tuple[int, ...], list[Picture]] = defaultdict(list)
    for view in views:
        shapes[view.image.shape].append(view)
    first: dict[int, int] = {}
    cells = 0
    writing = []
    for alike in shapes.values():
        for view in alike:
            first[id(view)] = cells
            cells += view.writing[0].size
            writing.append(view.writing.reshape(len(WRITING), -1).T)
    stacked = [pictures([view.image for view in alike]) for alike in shapes.values()]
    return stacked, first, torch.from_numpy(np.concatenate(writing))


def _group(items: list[tuple[int, Branch]], ahead: tuple[int, int], pad: int, first_cell: dict[int, int]) -> Group:
    length = max(len(branch.ids) for _, branch in items)
    ids = np.full((len(items), length), pad, dtype=np.int64)
    positions = np.zeros((3, len(items), length), dtype=np.int64)
    roles = np.zeros((len(items), length), dtype=np.int64)
    rows, cells = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for row, (_, branch) in enumerate(items):
        end = len(branch.ids)
        ids[row, :end], roles[row, :end] = branch.ids, branch.roles
        positions[:, row, :end] = np.array(branch.positions).T
        if branch.zoom is not None:
            shown = np.arange(branch.zoom.writing[0].size)
            rows.append(row * length + branch.zoom_at + shown)
            cells.append(first_cell[id(branch.zoom)] + shown)
    return Group(
        ids=torch.from_numpy(ids),
        roles=torch.from_numpy(roles),
        positions=torch.from_numpy(positions),
        owner=torch.tensor([owner for owner, _ in items]),
        zoom_rows=torch.from_numpy(np.concatenate(rows)),
        zoom_cells=torch.from_numpy(np.concatenate(cells)),
        pointers=_pointers([branch for _, branch in items], ahead, length),
        compared=torch.tensor(
            [(row, at) for row, (_, branch) in enumerate(items) for at, _, _ in branch.apart], dtype=torch.int64
        ).view(-1, 2),
        apart=torch.tensor([apart for _, branch in items for _, *apart in branch.apart]).view(-1, 2),
    )


def _pointers(branches: list[Branch], ahead: tuple[int, int], length: int) -> Pointers:
    prefix, trunk = ahead
    queries, reading, asked, known, targets = [], [], [], [], []
    for row, branch in enumerate(branches):
        for pointer in branch.pointers:
            first = prefix + 1 if pointer.view == 0 else prefix + trunk + branch.zoom_at
            queries.append((row, pointer.at))
            targets.append([first + cell for cell in pointer.cells])
            reading.append(pointer.reading)
            asked.append(pointer.asked or (IGNORE,) * 3)
            known.append([*pointer.known, *[IGNORE] * (4 - len(pointer.known))])
    pointed = torch.zeros(len(targets), prefix + trunk + length, dtype=torch.bool)
    for query, found in enumerate(targets):
        pointed[query, found] = True
    return Pointers(
        torch.tensor(queries, dtype=torch.int64).view(-1, 2),
        pointed,
        torch.tensor(reading, dtype=torch.bool),
        torch.tensor(asked, dtype=torch.int64).view(-1, 3),
        torch.tensor(known, dtype=torch.int64).view(-1, 4),
    )


def _trunk_positions(start: int, columns: int, rows: int) -> Ints:
    """mrope positions (3, cells + 2) of <|vision_start|>, the view and <|vision_end|>."""
    row, column = np.indices((rows, columns)).reshape(2, -1)
    image = np.stack([np.zeros_like(row), row, column]) + start + 1
    first = np.full((3, 1), start)
    last = np.full((3, 1), start + 1 + max(columns, rows))
    return np.concatenate([first, image, last], axis=1)


def _stacked_truth(examples: list[Example]) -> dict[str, Tensor]:
    """The truths of the trunks as (B, cells) or (B, cells, n) classes, with each cell's own column and row."""
    truths = [example.truth for example in examples]
    row, column = (torch.from_numpy(part.reshape(-1)) for part in np.indices(truths[0].kind.shape))

    def stacked(arrays: list[Ints]) -> Tensor:
        flat = torch.from_numpy(np.stack(arrays)).flatten(-2)
        return flat.transpose(1, 2) if flat.ndim == 3 else flat

    placed = bool((truths[0].edges != IGNORE).any())
    own = {"column": column.expand(len(truths), -1), "row": row.expand(len(truths), -1)} if placed else {}
    return own | {
        "kind": stacked([truth.kind for truth in truths]),
        "colour": stacked([truth.colour for truth in truths]),
        "part": stacked([truth.part for truth in truths]),
        "sides": stacked([truth.sides for truth in truths]),
        "edges": stacked([truth.edges for truth in truths]),
        "writing": stacked([truth.writing for truth in truths]),
    }
