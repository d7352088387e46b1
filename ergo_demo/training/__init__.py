"""The staged recipe that teaches a small Qwen2.5-VL the two-turn protocol on drawn scenes.

Needs torch and transformers; nothing outside this package and the local engine imports either.
"""
