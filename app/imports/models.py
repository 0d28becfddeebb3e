"""What was loaded from files, so that a whole file can be taken back."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, new_public_id


class ImportBatch(Base):
    """One file that was loaded."""

    __tablename__ = "import_batch"
    __table_args__ = (sa.CheckConstraint("kind IN ('courses', 'venues', 'events', 'bookings')", name="kind"),)

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


class ImportedRow(Base):
    """A row that a file made."""

    __tablename__ = "imported_row"
    __table_args__ = (sa.Index(None, "table", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("import_batch.id"), index=True)
    line: Mapped[int]  # in the file
    table: Mapped[str] = mapped_column(sa.String(40))
    row_id: Mapped[int]
