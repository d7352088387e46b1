"""Many questions without a page: QUESTIONS.jsonl in, a row with a trace for each out, killed and continued at will.

questions (what is asked) -> photos (each opened once) -> running (so many at once) -> rows (what was answered, what is
left); progress says how far it is. Knows no page. A question that fails is a row too: nothing is dropped.
"""

from ergo_demo.batch.running import Batch

__all__ = ["Batch"]
