"""The first tables: images, traces, projects with their items and leases, annotations, drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes them; a table after those that its rows point at."""
    for table in (
        _image,
        _project,
        _trace,
        _item,
        _member,
        _annotation,
        _draft,
        _lease,
        _refusal,
        _annotation_box,
        _annotation_reason,
    ):
        table()


def _image() -> None:
    op.create_table(
        "image",
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("upload_sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mime", sa.Text(), nullable=False),
        sa.Column("exif_orientation", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("blob_sha256", name=op.f("pk_image")),
    )
    op.create_index(op.f("ix_image_upload_sha256"), "image", ["upload_sha256"], unique=False)


def _project() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )


def _trace() -> None:
    op.create_table(
        "trace",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("upload_sha256", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("x1", sa.Double(), nullable=True),
        sa.Column("y1", sa.Double(), nullable=True),
        sa.Column("x2", sa.Double(), nullable=True),
        sa.Column("y2", sa.Double(), nullable=True),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trace")),
    )
    op.create_index(op.f("ix_trace_asked_by"), "trace", ["asked_by"], unique=False)
    op.create_index(op.f("ix_trace_blob_sha256"), "trace", ["blob_sha256"], unique=False)
    op.create_index(op.f("ix_trace_upload_sha256"), "trace", ["upload_sha256"], unique=False)


def _item() -> None:
    op.create_table(
        "item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("blob_sha256", sa.Text(), nullable=False),
        sa.Column("upload_sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("trace", sa.Text(), nullable=True),
        sa.Column("x1", sa.Double(), nullable=True),
        sa.Column("y1", sa.Double(), nullable=True),
        sa.Column("x2", sa.Double(), nullable=True),
        sa.Column("y2", sa.Double(), nullable=True),
        sa.Column("coarse_width", sa.Integer(), nullable=True),
        sa.Column("coarse_height", sa.Integer(), nullable=True),
        sa.Column("uncertainty", sa.Double(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shuffled", sa.Double(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("repeat_of", sa.Text(), nullable=True),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("split", sa.Text(), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["blob_sha256"], ["image.blob_sha256"], name=op.f("fk_item_blob_sha256_image")),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_item_project_project")),
        sa.ForeignKeyConstraint(["trace"], ["trace.id"], name=op.f("fk_item_trace_trace")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
    )
    op.create_index(op.f("ix_item_blob_sha256"), "item", ["blob_sha256"], unique=False)
    op.create_index(op.f("ix_item_project_open_position"), "item", ["project", "open", "position"], unique=False)
    op.create_index(op.f("ix_item_project_open_shuffled"), "item", ["project", "open", "shuffled"], unique=False)
    op.create_index(op.f("ix_item_project_open_uncertainty"), "item", ["project", "open", "uncertainty"], unique=False)
    op.create_index(op.f("ix_item_trace"), "item", ["trace"], unique=False)
    op.create_index(op.f("ix_item_upload_sha256"), "item", ["upload_sha256"], unique=False)


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["project.id"], name=op.f("fk_member_project_project")),
        sa.PrimaryKeyConstraint("project", "person", name=op.f("pk_member")),
    )
    op.create_index(op.f("ix_member_person"), "member", ["person"], unique=False)


def _annotation() -> None:
    op.create_table(
        "annotation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("project", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("iou", sa.Double(), nullable=True),
        sa.Column("active_ms", sa.Double(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_annotation_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotation")),
        sa.UniqueConstraint("item", "annotator", "version", name=op.f("uq_annotation_item_annotator_version")),
    )
    op.create_index(op.f("ix_annotation_annotator"), "annotation", ["annotator"], unique=False)
    op.create_index(op.f("ix_annotation_project_created_id"), "annotation", ["project", "created", "id"], unique=False)


def _draft() -> None:
    op.create_table(
        "draft",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.Text(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_draft_item_item")),
        sa.PrimaryKeyConstraint("item", "annotator", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_annotator"), "draft", ["annotator"], unique=False)


def _lease() -> None:
    op.create_table(
        "lease",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("expires", sa.Double(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_lease_item_item")),
        sa.PrimaryKeyConstraint("item", "annotator", name=op.f("pk_lease")),
    )
    op.create_index(op.f("ix_lease_annotator"), "lease", ["annotator"], unique=False)


def _refusal() -> None:
    op.create_table(
        "refusal",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("annotator", sa.Text(), nullable=False),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_refusal_item_item")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refusal")),
    )
    op.create_index(op.f("ix_refusal_annotator"), "refusal", ["annotator"], unique=False)
    op.create_index(op.f("ix_refusal_item_annotator"), "refusal", ["item", "annotator"], unique=False)


def _annotation_box() -> None:
    op.create_table(
        "annotation_box",
        sa.Column("annotation", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("x1", sa.Double(), nullable=True),
        sa.Column("y1", sa.Double(), nullable=True),
        sa.Column("x2", sa.Double(), nullable=True),
        sa.Column("y2", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["annotation"], ["annotation.id"], name=op.f("fk_annotation_box_annotation_annotation")
        ),
        sa.PrimaryKeyConstraint("annotation", "place", name=op.f("pk_annotation_box")),
    )


def _annotation_reason() -> None:
    op.create_table(
        "annotation_reason",
        sa.Column("annotation", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["annotation"], ["annotation.id"], name=op.f("fk_annotation_reason_annotation_annotation")
        ),
        sa.PrimaryKeyConstraint("annotation", "reason", name=op.f("pk_annotation_reason")),
    )
    op.create_index(op.f("ix_annotation_reason_reason"), "annotation_reason", ["reason"], unique=False)
