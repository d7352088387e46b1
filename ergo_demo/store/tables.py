"""The tables as they are now. How older ones became these is told in migrations/; a test holds the two together.

Boxes are four REAL columns in source px. Text in `record` columns is the whole record as JSON; the columns beside it
are what is searched for. Annotations are only ever added; the newest version of an (item, annotator) pair counts.
"""

from typing import Any

import sqlalchemy as sa

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = sa.MetaData(naming_convention=NAMES)

# 64 bits on both: PostgreSQL's REAL has 32, too few for source px with fractions.
Real: sa.Double[float] = sa.Double()


def _edges() -> list[sa.Column[Any]]:
    return [sa.Column(name, Real) for name in ("x1", "y1", "x2", "y2")]


image = sa.Table(
    "image",
    metadata,
    sa.Column("blob_sha256", sa.Text, primary_key=True),
    sa.Column("upload_sha256", sa.Text, nullable=False, index=True),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("suffix", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("exif_orientation", sa.Integer),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)

trace = sa.Table(
    "trace",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("blob_sha256", sa.Text, nullable=False, index=True),
    sa.Column("upload_sha256", sa.Text, nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    *_edges(),
    sa.Column("asked_by", sa.Text, index=True),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
)

project = sa.Table(
    "project",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("project", sa.Text, sa.ForeignKey("project.id"), primary_key=True),
    sa.Column("person", sa.Text, primary_key=True, index=True),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("agreement", sa.Text, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
)

item = sa.Table(
    "item",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("project", sa.Text, sa.ForeignKey("project.id"), nullable=False),
    sa.Column("blob_sha256", sa.Text, sa.ForeignKey("image.blob_sha256"), nullable=False, index=True),
    sa.Column("upload_sha256", sa.Text, nullable=False, index=True),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("trace", sa.Text, sa.ForeignKey("trace.id"), index=True),
    *_edges(),
    sa.Column("coarse_width", sa.Integer),
    sa.Column("coarse_height", sa.Integer),
    sa.Column("uncertainty", Real, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("shuffled", Real, nullable=False),
    sa.Column("wanted", sa.Integer, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("open", sa.Boolean, nullable=False),
    sa.Column("repeat_of", sa.Text),
    sa.Column("blind", sa.Boolean, nullable=False),
    sa.Column("split", sa.Text, nullable=False),
    sa.Column("extra", sa.JSON, nullable=False),
    sa.Column("image_licence", sa.Text, nullable=False, server_default=""),
    sa.Column("consent_publish", sa.Boolean, nullable=False, server_default=sa.false()),
    # One for each order of the worklist, to its last column: the next item is read, nothing is sorted. `shuffled` at
    # the end tells what is in the random stream without a look at the item.
    sa.Index(None, "project", "open", "position", "id", "shuffled"),
    sa.Index(None, "project", "open", "shuffled", "id"),
    sa.Index(None, "project", "open", "uncertainty", "id", "shuffled"),
)

lease = sa.Table(
    "lease",
    metadata,
    sa.Column("item", sa.Text, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("annotator", sa.Text, primary_key=True, index=True),
    sa.Column("expires", Real, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
)

annotation = sa.Table(
    "annotation",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, sa.ForeignKey("item.id"), nullable=False),
    sa.Column("project", sa.Text, nullable=False),
    sa.Column("annotator", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("effect", sa.Text, nullable=False),
    sa.Column("iou", Real),
    sa.Column("active_ms", Real, nullable=False),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.UniqueConstraint("item", "annotator", "version"),
    sa.Index(None, "project", "created", "id"),
    # What one person did in one project, the newest of it, and how many items that were: nobody else's row is read.
    sa.Index(None, "annotator", "project", "created", "id", "item"),
)

annotation_box = sa.Table(
    "annotation_box",
    metadata,
    sa.Column("annotation", sa.Text, sa.ForeignKey("annotation.id"), primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    *_edges(),
)

annotation_reason = sa.Table(
    "annotation_reason",
    metadata,
    sa.Column("annotation", sa.Text, sa.ForeignKey("annotation.id"), primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True, index=True),
)

refusal = sa.Table(
    "refusal",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, sa.ForeignKey("item.id"), nullable=False),
    sa.Column("annotator", sa.Text, nullable=False, index=True),
    sa.Column("created", sa.Text, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Index(None, "item", "annotator"),
)

draft = sa.Table(
    "draft",
    metadata,
    sa.Column("item", sa.Text, sa.ForeignKey("item.id"), primary_key=True),
    sa.Column("annotator", sa.Text, primary_key=True, index=True),
    sa.Column("base", sa.Integer, nullable=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("updated", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
)

tombstone = sa.Table(
    "tombstone",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("created", sa.Text, nullable=False),
)
