"""The trail: who did what, and who looked at whose record. Rows are only ever added."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class Trace(Base):
    """One act, or one look at a person's record. ``actor`` and ``subject`` are public ids."""

    __tablename__ = "trace"
    __table_args__ = (sa.Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(sa.String(40), default="")
    act: Mapped[str] = mapped_column(sa.String(60))
    subject: Mapped[str] = mapped_column(sa.String(80), default="")
    why: Mapped[str] = mapped_column(sa.Text, default="")
