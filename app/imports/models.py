"""What was loaded from files, so that a whole file can be taken back."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, new_public_id

KINDS = "kind IN ('courses', 'venues', 'events', 'bookings')"


class ImportDraft(Base):
    """A file that was handed in and is not loaded yet: its cells, which column is which, and what is wrong.

    Gone once it is loaded or given up, and after a week: it holds names and addresses.
    """

    __tablename__ = "import_draft"
    __table_args__ = (sa.CheckConstraint(KINDS, name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_hash: Mapped[str] = mapped_column(sa.String(64))  # sha256 of its bytes
    handed_in_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id
    cells: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)  # see drafts.packed
    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # field -> place of its column
    checked_at: Mapped[datetime | None]  # None until somebody said which column is which
    rows: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    faults: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)  # [line, column, message], in order

    @staticmethod
    def of(partnership_id: int) -> sa.Select["ImportDraft"]:
        """The drafts of a partnership, newest first."""
        return (
            sa.select(ImportDraft)
            .where(ImportDraft.partnership_id == partnership_id)
            .order_by(ImportDraft.handed_in_at.desc(), ImportDraft.id.desc())
        )


class ImportBatch(Base):
    """One file that was loaded."""

    __tablename__ = "import_batch"
    __table_args__ = (sa.CheckConstraint(KINDS, name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_hash: Mapped[str] = mapped_column(sa.String(64))  # sha256 of its bytes
    loaded_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id; "" for a command
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(sa.String(40), default="")

    @staticmethod
    def of(partnership_id: int) -> sa.Select["ImportBatch"]:
        """The batches of a partnership, newest first."""
        return (
            sa.select(ImportBatch)
            .where(ImportBatch.partnership_id == partnership_id)
            .order_by(ImportBatch.loaded_at.desc(), ImportBatch.id.desc())
        )

    @staticmethod
    def standing(partnership_id: int, *, kind: str, file_hash: str) -> sa.Select["ImportBatch"]:
        """The batch of the same file, unless it was taken back."""
        return ImportBatch.of(partnership_id).where(
            ImportBatch.kind == kind, ImportBatch.file_hash == file_hash, ImportBatch.undone_at.is_(None)
        )


class ImportedRow(Base):
    """A row that a file made."""

    __tablename__ = "imported_row"
    __table_args__ = (sa.Index(None, "table", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("import_batch.id"), index=True)
    line: Mapped[int]  # in the file
    table: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
    # What it said when it was made, where people may change it in place (see as_made); "" elsewhere.
    as_made: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")
