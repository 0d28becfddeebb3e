"""At the desk: approving, changing, keeping days free, leaving; and a member's own page."""

from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from app.accounts.models import RoleGrant
from app.accounts.rules import Role
from app.clock import LONDON
from app.db import db
from app.pool.models import DeliveryApproval, PoolMember, Unavailability
from tests.browser import CheckedClient, Page
from tests.factories import make_course, make_event, make_person, make_trainer
from tests.members import make_approval, make_away, make_member

pytestmark = pytest.mark.usefixtures("today")
YESTERDAY, TODAY = date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def cora(client: CheckedClient, today: time_machine.Traveller) -> None:
    """Cora coordinates, and sits at the browser."""
    client.sign_in(make_person("Cora Coordinator", Role.COORDINATOR))


def door(member: PoolMember, end: str = "") -> str:
    """The address of a member's page."""
    return f"/pool/{member.person.public_id}{end}"


def day(name: str, value: date) -> dict[str, list[str]]:
    """A day as the three boxes send it."""
    return {name: [str(value.day), str(value.month), str(value.year)]}


BUTTONS = {
    "/approvals": "Approve",
    "/edit": "Save",
    "/away": "Keep these days free",
    "/my-events/pool": "Keep these days free",
    "/leave": "End the membership",
}


def press(client: CheckedClient, path: str, **typed: Any) -> Page:
    """Fill the form of a page and press its button."""
    button = next(said for end, said in BUTTONS.items() if path.partition("?")[0].endswith(end))
    return client.send(path, button=button, **typed)


def approvals() -> list[tuple[str, date, date | None, str]]:
    """Every approval: part, from, until, by whom."""
    db.session.expire_all()
    rows = db.session.scalars(sa.select(DeliveryApproval).order_by(DeliveryApproval.id))
    return [(r.delivers_as, r.from_on, r.until_on, r.approved_by.name if r.approved_by else "") for r in rows]


def trainer_until(member: PoolMember) -> date | None:
    """Until when they have the role of a trainer."""
    db.session.expire_all()
    return db.session.scalars(
        sa.select(RoleGrant.until_on).where(RoleGrant.person_id == member.person_id)
    ).one()


def test_an_approval_names_the_course_the_part_who_gave_it_and_until_when(client: CheckedClient):
    tom = make_member()
    make_course("Neglect")
    page = press(
        client,
        door(tom, "/approvals"),
        course="neglect",
        delivers_as="co",
        **day("until_on", date(2028, 8, 31)),
    )
    assert "Tom Trainer may deliver Neglect" in page.text
    assert approvals() == [("co", TODAY, date(2028, 8, 31), "Cora Coordinator")]
    assert "Cora Coordinator approved them: Neglect as co, until 31 August 2028" in page.text


def test_renewing_keeps_what_was_and_ends_it_the_day_before(client: CheckedClient):
    tom = make_member()
    make_approval(tom, make_course("Neglect"), until_on=date(2026, 12, 1), delivers_as="co")
    press(client, door(tom, "/approvals?course=neglect"), **day("until_on", date(2028, 8, 31)))
    assert [row[:3] for row in approvals()] == [
        ("co", date(2015, 4, 1), YESTERDAY),
        ("co", TODAY, date(2028, 8, 31)),
    ]


def test_an_approval_put_right_on_its_first_day_is_one_row(client: CheckedClient):
    tom = make_member()
    make_course("Neglect")
    for part in ("lead", "co"):
        press(client, door(tom, "/approvals"), course="neglect", delivers_as=part)
    assert [row[:3] for row in approvals()] == [("co", TODAY, None)]


def test_an_approval_cannot_end_in_the_past(client: CheckedClient):
    tom = make_member()
    make_course("Neglect")
    page = press(client, door(tom, "/approvals"), status=422, course="neglect", **day("until_on", YESTERDAY))
    assert "Enter a last day that is not in the past" in page.text
    assert approvals() == []


def test_ending_an_approval_keeps_its_row(client: CheckedClient):
    tom = make_member()
    approval = make_approval(tom)
    token = client.token(door(tom))
    client.post(door(tom, f"/approvals/{approval.id}/end"), data={"csrf_token": token})
    assert [row[2] for row in approvals()] == [YESTERDAY]


def test_an_approval_of_somebody_else_is_not_found(client: CheckedClient):
    tom, other = make_member(), make_approval(make_member("Olive Other"))
    token = client.token(door(tom))
    answer = client.post(door(tom, f"/approvals/{other.id}/end"), data={"csrf_token": token})
    assert answer.status_code == 404
    assert [row[2] for row in approvals()] == [None]


def test_e_learning_is_nothing_to_deliver(client: CheckedClient):
    tom = make_member()
    make_course("Online basics", delivery="e-learning")
    assert "Online basics" not in client.page(door(tom, "/approvals")).text


def test_what_is_known_of_a_member_is_changed_and_the_trail_says_who(client: CheckedClient):
    tom = make_member()
    page = press(
        client,
        door(tom, "/edit"),
        days_offered="5",
        areas="Newark\n Mansfield \nNewark\n",
        phone="01632 960333",
        **day("train_the_trainer_on", date(2025, 2, 3)),
    )
    for said in ("of 5 days", "Newark, Mansfield", "01632 960333", "3 February 2025"):
        assert said in page.text
    assert "Cora Coordinator changed what is known of them" in page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"days_offered": "-1"}, "Enter a number of days from 0 to 200"),
        ({"days_offered": "some"}, "Enter a whole number of days, like 3"),
        ({"areas": "x" * 61}, "Keep each area to 60 characters"),
        ({"areas": "\n".join(map(str, range(31)))}, "Enter at most 30 areas"),
        ({"in_the_room": None, "virtual": None}, "Choose in the room, virtual, or both"),
        ({"train_the_trainer_on": ["1", "1", "2030"]}, "Enter a day that is not in the future"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    client: CheckedClient, typed: dict[str, object], said: str
):
    tom = make_member()
    assert said in press(client, door(tom, "/edit"), status=422, **typed).text
    db.session.expire_all()
    assert db.session.get_one(PoolMember, tom.id).days_offered == 3


def test_days_on_which_a_member_cannot_are_kept_and_given_back(client: CheckedClient):
    tom = make_member()
    page = press(
        client, door(tom, "/away"), **day("from_on", date(2026, 12, 24)), **day("until_on", date(2027, 1, 4))
    )
    assert "Thu 24 December 2026 to Mon 4 January 2027" in page.text
    row = db.session.scalars(sa.select(Unavailability)).one()
    token = client.token(door(tom))
    client.post(door(tom, f"/away/{row.id}/end"), data={"csrf_token": token})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Unavailability)) == 0


def test_what_they_deliver_on_such_a_day_is_said(client: CheckedClient):
    tom = make_member()
    starts = datetime(2026, 12, 3, 9, 30, tzinfo=LONDON)
    make_trainer(make_event(make_course("Neglect"), starts=starts), tom.person)
    page = press(client, door(tom, "/away"), **day("from_on", date(2026, 12, 3)))
    assert "Neglect is on these days: find somebody else, if they cannot" in page.text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 12, 3), date(2026, 12, 2), "The last day is before the first"),
        (date(2026, 11, 2), date(2026, 11, 19), "These days are over"),
        (date(2026, 12, 3), date(2028, 12, 3), "Enter a year at most"),
    ],
)
def test_days_that_are_no_span_are_refused(client: CheckedClient, first: date, last: date, said: str):
    tom = make_member()
    page = press(client, door(tom, "/away"), status=422, **day("from_on", first), **day("until_on", last))
    assert said in page.text


def test_a_member_keeps_days_free_themselves(client: CheckedClient):
    tom = make_member()
    client.sign_in(tom.person)
    page = press(client, "/my-events/pool", **day("from_on", date(2026, 12, 24)))
    assert "Thu 24 December 2026" in page.text
    row = db.session.scalars(sa.select(Unavailability)).one()
    assert row.member_id == tom.id


def test_nobody_frees_the_days_of_somebody_else(client: CheckedClient):
    tom, other = make_member(), make_member("Olive Other")
    away = make_away(other, date(2026, 12, 24))
    client.sign_in(tom.person)
    token = client.token("/my-events/pool")
    answer = client.post(f"/my-events/pool/away/{away.id}/end", data={"csrf_token": token})
    assert answer.status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Unavailability)) == 1


def test_a_member_changes_what_they_offer_and_nothing_else(client: CheckedClient):
    tom = make_member()
    client.sign_in(tom.person)
    page = client.page("/my-events/pool/edit")
    press(
        client,
        "/my-events/pool/edit",
        days_offered="7",
        released_until=["1", "1", "2040"],
        released_by="Myself",
    )
    db.session.expire_all()
    row = db.session.get_one(PoolMember, tom.id)
    assert (row.days_offered, row.released_by, row.released_until) == (7, "Mary Manager", date(2027, 8, 31))
    assert "Released" not in page.text


def test_who_leaves_is_told_of_what_they_still_deliver_and_opens_its_register(client: CheckedClient):
    tom = make_member()
    make_approval(tom)
    starts = datetime(2026, 12, 3, 9, 30, tzinfo=LONDON)
    make_trainer(make_event(make_course("Neglect"), starts=starts), tom.person)
    text = client.page(door(tom, "/leave")).text
    assert "They still deliver 1 date" in text
    assert "until 3 December 2026" in text
    press(client, door(tom, "/leave"))
    assert [row[2] for row in approvals()] == [TODAY]
    assert trainer_until(tom) == date(2026, 12, 3)
    assert "Tom Trainer" in client.page("/pool").text  # today is their last day


def test_who_left_is_listed_as_such_and_may_nothing_any_more(
    client: CheckedClient, today: time_machine.Traveller
):
    tom = make_member()
    press(client, door(tom, "/leave"))
    assert trainer_until(tom) == TODAY
    today.move_to(datetime(2026, 11, 21, 10, tzinfo=LONDON))
    assert "Tom Trainer" not in client.page("/pool").text
    assert "Tom Trainer" in client.page("/pool?show=left").text
    text = client.page(door(tom)).text
    assert "Left on 20 November 2026" in text
    assert "Cora Coordinator entered that they leave on 20 November 2026" in text
    page = client.page(door(tom, "/approvals"))
    make_course("Neglect")
    page = press(client, door(tom, "/approvals"), status=409, course="neglect", delivers_as="lead")
    assert "has left the training pool" in page.text


def test_nobody_leaves_before_they_came(client: CheckedClient):
    tom = make_member(from_on=date(2026, 11, 2))
    page = press(client, door(tom, "/leave"), status=422, **day("last", date(2026, 11, 1)))
    assert "They joined on 2 November 2026. Enter a later day." in page.text
