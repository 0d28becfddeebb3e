"""Asking somebody to agree to a booking: whom, by what link, until when. On both databases."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Affiliation, Person, RoleGrant, Team
from app.accounts.rules import Role
from app.booking import approving
from app.booking.approval_rules import Step, ends_at, next_step, why_closed
from app.booking.checks import occasion_of
from app.booking.models import Approval, Booking
from app.booking.rules import State
from app.catalogue.models import Course
from app.db import db, writing
from app.notifications.models import Letter
from app.partnerships.rules import DEFAULTS
from app.records.actions import changing
from tests.factories import (
    LONG_AGO,
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_setting,
)

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday
MARY = {"manager_name": "Mary Manager", "manager_email": "Mary@school.example "}


def course_with(approval: str) -> Course:
    """A course that asks for approval."""
    return make_course("Child sexual exploitation", approval=approval)


def requested(approval: str = "manager", **given: object) -> Booking:
    """A request for a place that nobody has been asked about yet."""
    school = make_setting()
    priya = make_person("Priya Patel", agency=school.agency, setting_id=school.id)
    usual = {"state": State.REQUESTED, "made_at": NOW, **MARY}
    return make_booking(make_event(course_with(approval)), priya, **{**usual, **given})


def ask(booking: Booking, now: datetime = NOW) -> list[Approval]:
    """The whole change."""
    with changing(booking.event_id, now=now) as event:
        return approving.ask_for(booking, occasion_of(event, now), now=now)


def make_lead(name: str, booking: Booking, **of: object) -> Person:
    """Somebody who leads a part of where the booking was made from."""
    lead = make_person(name)
    grant = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=lead.id, agency_id=booking.agency_id, **grant, **of))
    return lead


def mails() -> list[Letter]:
    """The mails that ask, oldest first."""
    db.session.rollback()
    return list(db.session.scalars(sa.select(Letter).where(Letter.message == "approve").order_by(Letter.id)))


def test_the_line_manager_gets_a_link_of_which_only_a_hash_is_kept(each_app: Flask):
    booking = requested()
    [approval] = ask(booking)
    [mail] = mails()
    token = approving.token_of(approval)
    assert (mail.to_email, mail.to_name) == ("mary@school.example", "Mary Manager")
    assert f"/approvals/{token}" in mail.text
    assert mail.secret
    assert "Priya Patel (Hill Top Primary School)" in mail.text
    assert mail.subject == "Do you agree that Priya Patel comes on Child sexual exploitation?"
    row = db.session.execute(sa.select(Approval.__table__)).one()
    assert token not in [str(value) for value in row]
    assert row.token_hash == approving.hash_of(token)


def test_asking_twice_writes_once(each_app: Flask):
    booking = requested()
    assert len(ask(booking)) == 1
    assert ask(booking) == []
    assert len(mails()) == 1


def test_the_leads_of_the_setting_are_asked_before_those_of_the_agency(each_app: Flask):
    booking = requested("lead")
    make_lead("Lena Lead", booking, setting_id=booking.setting_id)
    make_lead("Leo Lead", booking, setting_id=booking.setting_id)
    make_lead("Una Umbrella", booking)
    make_lead("Eva Elsewhere", booking, setting_id=make_setting("Other School").id)
    make_lead("Max Former", booking, setting_id=booking.setting_id, until_on=date(2026, 11, 19))
    assert [one.approver_name for one in ask(booking)] == ["Lena Lead", "Leo Lead"]


def test_nobody_is_asked_to_agree_to_their_own_booking(each_app: Flask):
    booking = requested("lead")
    given = {"partnership_id": make_partnership().id, "role": Role.AGENCY_LEAD.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=booking.person_id, agency_id=booking.agency_id, **given))
    [approval] = ask(booking)
    assert approval.approver_email == ""
    assert mails() == []


def test_who_names_themselves_as_manager_is_left_to_the_desk(each_app: Flask):
    booking = requested(manager_email="PRIYA.patel@northshire.example")
    [approval] = ask(booking)
    assert (approval.approver_email, mails()) == ("", [])


def test_is_approved_says_so_only_of_what_was_agreed_to(each_app: Flask):
    booking = requested()
    [approval] = ask(booking)
    assert approving.is_approved([booking.id]) == set()
    with writing():
        approval.decision = "approved"
    assert approving.is_approved([booking.id, booking.id + 1]) == {booking.id}
    assert approving.is_approved([]) == set()


def test_taken_back_the_question_is_closed_and_its_mail_not_sent(each_app: Flask):
    booking = requested()
    ask(booking)
    with changing(booking.event_id, now=NOW):
        assert approving.take_back(booking, now=NOW) == 1
    assert [mail.state for mail in mails()] == ["withdrawn"]
    assert db.session.scalars(sa.select(Approval.decision)).all() == ["withdrawn"]


# Friday 20 November to Friday 27 November is five working days; Christmas is none.
@pytest.mark.parametrize(
    ("asked", "closes", "ends"),
    [
        ((2026, 11, 20, 10), (2026, 12, 17, 17), (2026, 11, 27, 17)),
        ((2026, 11, 21, 10), (2026, 12, 17, 17), (2026, 11, 27, 17)),
        ((2026, 11, 20, 10), (2026, 11, 25, 17), (2026, 11, 25, 17)),
        ((2026, 11, 20, 10), None, (2026, 11, 27, 17)),
        ((2026, 12, 23, 10), (2027, 3, 1, 17), (2027, 1, 4, 17)),
    ],
)
def test_a_question_runs_out_after_five_working_days_or_when_booking_closes(
    asked: tuple[int, ...], closes: tuple[int, ...] | None, ends: tuple[int, ...]
):
    found = ends_at(
        datetime(*asked, tzinfo=UTC),  # type: ignore[misc,arg-type]
        closes_at=datetime(*closes, tzinfo=UTC) if closes else None,  # type: ignore[misc,arg-type]
        last_at=None,
        working_days=5,
    )
    assert found == datetime(*ends, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_where_booking_has_closed_already_there_is_time_until_the_end_of_the_first_session():
    noon = datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
    closed = datetime(2026, 11, 19, 17, tzinfo=UTC)
    assert ends_at(NOW, closes_at=closed, last_at=noon, working_days=5) == noon


@pytest.mark.parametrize(
    ("now", "again", "escalated", "step"),
    [
        ((2026, 11, 25, 16, 59), False, False, None),
        ((2026, 11, 25, 17, 0), False, False, Step.ASK_AGAIN),
        ((2026, 11, 25, 17, 0), True, False, None),
        ((2026, 11, 26, 17, 0), True, False, Step.ESCALATE),
        ((2026, 11, 26, 17, 0), False, False, Step.ESCALATE),
        ((2026, 11, 26, 17, 0), False, True, None),
        ((2026, 11, 27, 17, 0), False, False, Step.EXPIRE),
    ],
)
def test_asked_again_after_three_working_days_others_after_four_and_over_after_five(
    now: tuple[int, ...], again: bool, escalated: bool, step: Step | None
):
    found = next_step(
        now=datetime(*now, tzinfo=UTC),  # type: ignore[misc,arg-type]
        asked_at=NOW,
        expires_at=datetime(2026, 11, 27, 17, tzinfo=UTC),
        asked_again_at=NOW if again else None,
        escalated_at=NOW if escalated else None,
        settings=DEFAULTS,
    )
    assert found == step


@pytest.mark.parametrize(
    ("decision", "booking", "hours", "why"),
    [
        ("", "requested", -1, ""),
        ("", "waiting", -1, ""),
        ("", "requested", 0, "expired"),
        ("", "expired", 1, "withdrawn"),
        ("expired", "expired", 1, "expired"),
        ("approved", "cancelled", 1, "approved"),
        ("", "withdrawn", -1, "withdrawn"),
        ("", "event cancelled", -1, "cancelled"),
    ],
)
def test_a_closed_question_says_why(decision: str, booking: str, hours: int, why: str):
    now = datetime(2026, 11, 27, 17 + hours, tzinfo=UTC)
    expires_at = datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert why_closed(decision=decision, booking=booking, expires_at=expires_at, now=now) == why


def test_a_lead_of_the_persons_team_is_nearest(each_app: Flask):
    booking = requested("lead")
    team = add(Team(agency_id=booking.agency_id, name="Pastoral"))
    with writing() as session:
        works = session.scalars(
            sa.select(Affiliation).where(Affiliation.person_id == booking.person_id)
        ).one()
        works.team_id = team.id
    with changing(booking.event_id, now=NOW):
        booking.team_id = team.id
    make_lead("Lena Lead", booking, setting_id=booking.setting_id)
    make_lead("Tina Team", booking, team_id=team.id)
    assert [one.approver_name for one in ask(booking)] == ["Tina Team"]
