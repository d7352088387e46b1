"""The box editor in a real Chromium, alone on a page: what a hand and keys do to a box is exact in source px."""
