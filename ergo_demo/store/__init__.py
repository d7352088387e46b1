"""What is kept: traces, photos, worklists and what people decided. The only part that speaks SQL.

`open_store` is the way in; records.py says what goes in and out.
"""

from ergo_demo.store.store import Store, open_store

__all__ = ["Store", "open_store"]
