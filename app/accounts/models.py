"""Agencies, settings, people, where they work, what they may do, and how they sign in."""

from collections.abc import Collection
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..db import Base, new_public_id
from ..partnerships.models import Partnership


class Agency(Base):
    """An organisation people work for. An umbrella groups many settings."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    sector: Mapped[str] = mapped_column(sa.String(80))
    is_umbrella: Mapped[bool] = mapped_column(default=False)
    email_domains: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]
    succeeded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    workforce: Mapped[int | None]

    succeeded_by: Mapped["Agency | None"] = relationship(remote_side=[id])


class AgencyStanding(Base):
    """What an agency is to one partnership, from a day on."""

    __tablename__ = "agency_standing"
    __table_args__ = (
        sa.UniqueConstraint("agency_id", "partnership_id", "from_on"),
        sa.CheckConstraint(
            "standing IN ('partner', 'relevant', 'contributor', 'reciprocal', 'other')", name="standing"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    standing: Mapped[str] = mapped_column(sa.String(20))
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    agency: Mapped[Agency] = relationship()


class Setting(Base):
    """A school, nursery, home or practice under an umbrella agency."""

    __tablename__ = "setting"
    __table_args__ = (sa.UniqueConstraint("agency_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(120), unique=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    number: Mapped[str] = mapped_column(sa.String(40), default="")  # URN, ODS code or similar
    trust: Mapped[str] = mapped_column(sa.String(200), default="")
    district: Mapped[str] = mapped_column(sa.String(80), default="")
    workforce: Mapped[int | None]

    agency: Mapped[Agency] = relationship()


class Team(Base):
    """A team inside an agency."""

    __tablename__ = "team"
    __table_args__ = (sa.UniqueConstraint("agency_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))

    agency: Mapped[Agency] = relationship()


class Person(Base):
    """Anybody with an account, or a guest without one."""

    __tablename__ = "person"
    __table_args__ = (sa.Index(None, "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(sa.String(200))
    email: Mapped[str | None] = mapped_column(sa.String(254), unique=True)  # lower case
    created_at: Mapped[datetime]
    is_guest: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    # Raised to sign the person out everywhere.
    session_number: Mapped[int] = mapped_column(default=0)


class PersonNote(Base):
    """What was said in a call with somebody, for the next who picks up the telephone."""

    __tablename__ = "person_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(sa.Text)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])


class Affiliation(Base):
    """Where a person works, and as what, from a day on."""

    __tablename__ = "affiliation"
    __table_args__ = (sa.Index(None, "agency_id"), sa.Index(None, "setting_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    job_role: Mapped[str] = mapped_column(sa.String(120), default="")
    role_group: Mapped[str] = mapped_column(sa.String(60), default="")
    manager_name: Mapped[str] = mapped_column(sa.String(200), default="")
    manager_email: Mapped[str] = mapped_column(sa.String(254), default="")
    from_on: Mapped[date]
    until_on: Mapped[date | None]

    person: Mapped[Person] = relationship()
    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
    team: Mapped[Team | None] = relationship()

    @staticmethod
    def holds_on(day: date | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
        """The condition that it holds on that day."""
        return sa.and_(
            Affiliation.from_on <= day, sa.or_(Affiliation.until_on.is_(None), Affiliation.until_on >= day)
        )

    @staticmethod
    def held_by(person_id: int, day: date) -> sa.Select["Affiliation"]:
        """Where a person works on that day, with agency, setting and team; the oldest first."""
        return (
            sa.select(Affiliation)
            .where(Affiliation.person_id == person_id, Affiliation.holds_on(day))
            .options(
                *(joinedload(part) for part in (Affiliation.agency, Affiliation.setting, Affiliation.team))
            )
            .order_by(Affiliation.from_on, Affiliation.id)
        )


class RoleGrant(Base):
    """A role a person has in one partnership (for an agency, setting or team where it says one), dated."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    role: Mapped[str] = mapped_column(sa.String(30))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    granted_by: Mapped[str] = mapped_column(sa.String(40), default="")

    person: Mapped[Person] = relationship()
    partnership: Mapped[Partnership] = relationship()

    @staticmethod
    def held_by(person_id: int, partnership_id: int, day: date) -> sa.Select["RoleGrant"]:
        """What a person may do in a partnership on a day."""
        return sa.select(RoleGrant).where(
            RoleGrant.person_id == person_id,
            RoleGrant.partnership_id == partnership_id,
            RoleGrant.from_on <= day,
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
        )

    @staticmethod
    def not_ended(person_ids: Collection[int], day: date) -> sa.Select["RoleGrant"]:
        """The roles of these people in all partnerships that have not ended by a day, begun or not."""
        return sa.select(RoleGrant).where(
            RoleGrant.person_id.in_(person_ids),
            sa.or_(RoleGrant.until_on.is_(None), RoleGrant.until_on >= day),
        )


class CalendarFeed(Base):
    """A secret address at which a person's calendar is read. Only its hash is kept; a new one ends the one before.

    ``kind`` is what is in it: ``mine`` everything, ``delivering`` what they deliver alone.
    """

    __tablename__ = "calendar_feed"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('mine', 'delivering')", name="kind"),
        sa.Index(
            "uq_calendar_feed_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(12))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    @staticmethod
    @cache
    def with_token() -> sa.Select[str, int, str]:
        """Of the feed whose ``token_hash`` is asked for its kind and whose it is (id, public id).

        Nothing where it was ended or the account closed.
        """
        return (
            sa.select(CalendarFeed.kind, Person.id, Person.public_id)
            .join(Person, Person.id == CalendarFeed.person_id)
            .where(
                CalendarFeed.token_hash == sa.bindparam("token_hash"),
                CalendarFeed.ended_at.is_(None),
                Person.closed_at.is_(None),
            )
        )

    @staticmethod
    def open_of(person_id: int) -> sa.Select["CalendarFeed"]:
        """The addresses that a person's calendar can be read at."""
        return sa.select(CalendarFeed).where(
            CalendarFeed.person_id == person_id, CalendarFeed.ended_at.is_(None)
        )


class SignInRequest(Base):
    """A link and a code that were asked for. Only their hashes are kept; the letter holds them."""

    __tablename__ = "sign_in_request"
    __table_args__ = (sa.Index(None, "email", "asked_at"), sa.Index(None, "asked_from", "asked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    code_hash: Mapped[str] = mapped_column(sa.String(64))
    next_url: Mapped[str] = mapped_column(sa.String(500), default="")
    asked_at: Mapped[datetime]
    asked_from: Mapped[str] = mapped_column(sa.String(64), default="")  # keyed hash of the network address
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    wrong_codes: Mapped[int] = mapped_column(default=0)

    @staticmethod
    def with_token(token_hash: str) -> sa.Select["SignInRequest"]:
        """The request whose link was opened."""
        return sa.select(SignInRequest).where(SignInRequest.token_hash == token_hash)

    @staticmethod
    def newest_for(email: str) -> sa.Select["SignInRequest"]:
        """The request whose code counts: the last one of that address."""
        return (
            sa.select(SignInRequest)
            .where(SignInRequest.email == email)
            .order_by(SignInRequest.asked_at.desc(), SignInRequest.id.desc())
            .limit(1)
        )

    @staticmethod
    def asked_since(since: datetime, *, email: str, asked_from: str) -> sa.Select[int, int]:
        """How many were asked for since then: for this address, and from this network."""
        of_address, of_network = SignInRequest.email == email, SignInRequest.asked_from == asked_from
        return sa.select(
            sa.func.count(sa.case((of_address, 1))), sa.func.count(sa.case((of_network, 1)))
        ).where(SignInRequest.asked_at > since, sa.or_(of_address, of_network))

    @staticmethod
    def wrong_codes_since(since: datetime, email: str) -> sa.Select[int]:
        """How many wrong codes were typed for an address, in its requests since then."""
        return sa.select(sa.func.coalesce(sa.func.sum(SignInRequest.wrong_codes), 0)).where(
            SignInRequest.email == email, SignInRequest.asked_at > since
        )
