"""Alembic revisions, each in its own transaction; never edited once published. See ergo_demo/store/schema.py."""
