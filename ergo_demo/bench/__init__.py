"""Measurements: `python -m ergo_demo bench NAME`. One module each, with `add_arguments(parser)` and `run(options)`.

A measurement uses the product as a user would (door, pipeline, engine), counts every failure, and says on what
machine it ran. Knows no page.
"""
