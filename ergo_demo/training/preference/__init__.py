"""Learning from what people corrected: TRL's trainers on an exported folder, nothing else in between.

recipes (what each method needs), reading (the export), models (weights and processor in, a stock folder out),
order (what is wanted), trainers (TRL's, set up), grpo (its rewards), training (the run: resumable, with its metrics),
telling (progress), figure (how it went), cli.
"""
