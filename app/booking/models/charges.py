"""What places cost, by whom and since when; and the charges that were proposed, decided and handed to finance."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...db import Base, new_public_id
from .bookings import Booking


class ChargePolicy(Base):
    """A partnership's charges from a day on. Money is in pence. Without a row there is no charge for anybody."""

    __tablename__ = "charge_policy"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    from_on: Mapped[date]
    charging: Mapped[bool]
    half_day: Mapped[int] = mapped_column(default=0)  # up to 4 hours
    full_day: Mapped[int] = mapped_column(default=0)
    late: Mapped[int] = mapped_column(default=0)  # late cancellation
    missed: Mapped[int] = mapped_column(default=0)  # did not attend
    exempt: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # standings that pay nothing
    empty_place: Mapped[int] = mapped_column(default=0)  # what an empty place costs, shown as information
    text: Mapped[str] = mapped_column(sa.Text, default="")
    set_by: Mapped[str] = mapped_column(sa.String(40), default="")
    set_at: Mapped[datetime]


class ChargeExport(Base):
    """A finance file that was made, with what it held."""

    __tablename__ = "charge_export"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    made_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))

    by: Mapped[Person] = relationship()


class Charge(Base):
    """Money asked for a booking: proposed, then approved or waived with a reason, then exported."""

    __tablename__ = "charge"
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "kind"),
        sa.CheckConstraint("kind IN ('place', 'late', 'missed')", name="kind"),
        sa.CheckConstraint("state IN ('proposed', 'approved', 'waived', 'exported')", name="state"),
        sa.CheckConstraint("pence > 0", name="pence"),
        sa.Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    pence: Mapped[int]
    state: Mapped[str] = mapped_column(sa.String(10), default="proposed")
    purchase_order: Mapped[str] = mapped_column(sa.String(60), default="")
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    export_id: Mapped[int | None] = mapped_column(sa.ForeignKey("charge_export.id"))

    booking: Mapped[Booking] = relationship()
    decided_by: Mapped[Person | None] = relationship()
