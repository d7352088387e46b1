"""Each order of a worklist has an index to its last column; an item that was only skipped is open again.

Until now the next item was sorted for among all those of the same uncertainty, and a skip used an item up.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

ORDERS = (("position", "id", "shuffled"), ("shuffled", "id"), ("uncertainty", "id", "shuffled"))


def upgrade() -> None:
    """Makes the indexes anew, and counts anew who has done what somebody skipped."""
    for first, *rest in ORDERS:
        op.drop_index(op.f(f"ix_item_project_open_{first}"), table_name="item")
        name = "_".join(("ix_item_project_open", first, *rest))
        op.create_index(op.f(name), "item", ["project", "open", first, *rest])
    op.execute(DONE)
    op.execute("UPDATE item SET open = (done < wanted) WHERE id IN (SELECT item FROM annotation WHERE action = 'skip')")


DONE = """
UPDATE item SET done = (
    SELECT count(*) FROM annotation
    WHERE annotation.item = item.id AND annotation.action <> 'skip' AND NOT EXISTS (
        SELECT 1 FROM annotation AS later
        WHERE later.item = annotation.item AND later.annotator = annotation.annotator
            AND later.version > annotation.version
    )
)
WHERE id IN (SELECT item FROM annotation WHERE action = 'skip')
"""
