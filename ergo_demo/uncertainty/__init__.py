"""What the model is unsure of, from k sampled boxes; and a region that keeps a promise, from items with known targets.

sampled (boxes -> spread, heat map, sample region) -> conformal (scores -> growth -> calibrated region) -> risk (growth
by answers instead of boxes); coordinates (tokens -> where each edge could have been); ordering (what to look at first).
Pure functions of numbers and boxes in source px; knows no model, file or page.
"""
