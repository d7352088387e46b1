"""The synthetic world: drawn scenes with questions that only a second look can answer.

Needs numpy and OpenCV only. Knows nothing about models, except that their coarse view is small.
"""

from ergo_demo.scenes.families import WORLDS, World
from ergo_demo.scenes.questions import TYPES, Question, Type
from ergo_demo.scenes.scene import CANDIDATES, Scene, make_scene, random_size, scene_at
from ergo_demo.scenes.seeds import derived_seed, generator
from ergo_demo.scenes.writing import Selection, write

__all__ = [
    "CANDIDATES",
    "TYPES",
    "WORLDS",
    "Question",
    "Scene",
    "Selection",
    "Type",
    "World",
    "derived_seed",
    "generator",
    "make_scene",
    "random_size",
    "scene_at",
    "write",
]
