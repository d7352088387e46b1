"""Learning from what people corrected: TRL's trainers on an exported folder, nothing else in between.

recipes (what each trainer needs), reading (the export), models (weights and processor in, a stock folder out),
training (the run: resumable, with its metrics), figure (how it went), grpo (rewards for the trainer), cli.
"""
