"""Consent to publish and the photo's licence stand with each item; what was forgotten leaves a tombstone.

Items of the first version were never asked: they are not to be published.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds both columns and the table; an item's licence is its image's."""
    op.add_column("item", sa.Column("image_licence", sa.Text(), server_default="", nullable=False))
    op.add_column("item", sa.Column("consent_publish", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE item SET image_licence = (SELECT licence FROM image WHERE image.blob_sha256 = item.blob_sha256)")
    op.create_table(
        "tombstone",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name=op.f("pk_tombstone")),
    )
