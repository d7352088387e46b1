"""What is kept: traces, photos, worklists and what people decided. The only part that speaks SQL.

`store.open_store` is the way in; records.py says what goes in and out. Nothing is imported here: the command line,
which only needs to know which commands there are, would wait for it.
"""
