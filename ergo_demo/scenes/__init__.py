"""The synthetic world: drawn scenes with questions that only a second look can answer.

Needs numpy and OpenCV only. Knows nothing about models, except that their coarse view is small.
"""

from ergo_demo.scenes.scene import Question, Scene, make_scene, scene_at
from ergo_demo.scenes.seeds import derived_seed, generator
from ergo_demo.scenes.writing import write

__all__ = ["Question", "Scene", "derived_seed", "generator", "make_scene", "scene_at", "write"]
