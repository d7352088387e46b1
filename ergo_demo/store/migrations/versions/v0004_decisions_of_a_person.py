"""What one person decided in a project is found without a look at what the others did.

Until now every count of it read all decisions of the project: a third of a second for 100,000, at each person's every
decision. The index takes the place of the one of annotators alone.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Makes the index that begins as the old one does."""
    op.drop_index(op.f("ix_annotation_annotator"), table_name="annotation")
    columns = ["annotator", "project", "created", "id", "item"]
    op.create_index(op.f(f"ix_annotation_{'_'.join(columns)}"), "annotation", columns)
