"""What is told by text of a change less than two hours before the start, and whom a page says it reaches."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.rules import Role
from app.catalogue.models import EventSession, Venue
from app.catalogue.plans import SessionPlan
from app.clock import stopped_at
from app.db import db, writing
from app.delivery import actions
from app.notifications.models import Letter
from app.notifications.texting import post_text
from app.records import forgetting
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.factories import (
    add,
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
)
from tests.texting import HOURS, NOW, SOON, call_off, on_the_day, reschedule, texts, told


def test_a_change_less_than_two_hours_before_the_start_goes_to_mobiles_as_well(texting: Flask):
    event, priya = on_the_day()
    reschedule(event, SOON + timedelta(minutes=30), "Hill House")
    found = told()
    assert set(found) == {"+447700900123", "+447700900456"}
    assert found["+447700900123"] == (
        "Northshire SCP training: Neglect has changed. Now: today 12:00-15:00, Hill House. "
        f"http://localhost/join/{priya.public_id}"
    )
    assert found["+447700900456"].endswith(f"/join/{event.join_token}")
    assert {text.due_at for text in texts()} == {NOW}
    mails = db.session.scalars(sa.select(Letter).where(Letter.channel == "mail", Letter.to_email != "")).all()
    assert {mail.due_at for mail in mails} == {NOW}


@pytest.mark.parametrize("called_off", [False, True])
def test_a_text_that_has_not_left_is_taken_back_by_the_next_change(texting: Flask, called_off: bool):
    event, _ = on_the_day()
    reschedule(event, SOON + timedelta(minutes=30))
    minute = NOW + timedelta(minutes=1)
    if called_off:
        call_off(actions.cancel_event, event, now=minute)
    else:
        reschedule(event, SOON + timedelta(minutes=15), now=minute)
    assert [text.state for text in texts()] == ["withdrawn", "withdrawn", "queued", "queued"]
    assert {text.to_phone for text in texts()[2:]} == {"+447700900123", "+447700900456"}
    said = "CANCELLED" if called_off else "Now: today 11:45-14:45"
    assert all(said in text.text for text in texts()[2:])


def test_a_text_that_has_not_left_is_taken_back_when_the_date_moves_far_away(texting: Flask):
    event, _ = on_the_day(NOW + timedelta(days=3))
    reschedule(event, SOON)
    reschedule(event, NOW + timedelta(days=3), now=NOW + timedelta(minutes=1))
    assert [text.state for text in texts()][:2] == ["withdrawn", "withdrawn"]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (actions.cancel_event, "today 11:30-14:30 is CANCELLED. Other dates are in our mail."),
        (actions.postpone, "today 11:30-14:30 is POSTPONED. We write when there is a new date."),
    ],
)
def test_a_date_that_is_called_off_so_soon_is_told_by_text(texting: Flask, act: Any, said: str):
    event, _ = on_the_day()
    call_off(act, event)
    words = f"Northshire SCP training: Neglect {said} http://localhost/events/{event.id}"
    assert told()["+447700900123"] == words
    assert "ill" not in " ".join(told().values())


@pytest.mark.parametrize("minutes", [120, 60 * 24, 60 * 24 * 30])
def test_nobody_gets_a_text_when_the_start_is_further_away(texting: Flask, minutes: int):
    event, _ = on_the_day(NOW + timedelta(minutes=minutes))
    reschedule(event, NOW + timedelta(minutes=minutes + 30))
    call_off(actions.cancel_event, event)
    assert texts() == []


def test_a_date_that_is_moved_up_to_within_two_hours_is_told_by_text(texting: Flask):
    event, _ = on_the_day(NOW + timedelta(hours=5))
    reschedule(event, NOW + timedelta(minutes=110))
    assert len(texts()) == 2


def test_a_change_of_a_later_session_is_no_reason_for_a_text_this_morning(texting: Flask):
    event, _ = on_the_day()
    plans = [
        SessionPlan(starts_at=SOON + timedelta(days=d), ends_at=SOON + timedelta(days=d) + HOURS)
        for d in (0, 7)
    ]
    by = make_person()
    with changing(event.id, now=NOW) as locked:
        actions.reschedule(locked, plans, by=by, now=NOW)
    assert texts() == []


def test_without_a_way_to_send_texts_there_are_none(texting: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(texting.config, "TEXT_TRANSPORT", "none")
    event, _ = on_the_day()
    call_off(actions.cancel_event, event)
    assert texts() == []


def test_a_text_names_no_person_and_one_number_gets_one(texting: Flask):
    event, _ = on_the_day()
    make_booking(event, make_person("Max Same"), mobile="+447700900123")
    call_off(actions.cancel_event, event)
    assert len(texts()) == 2
    assert not [name for name in ("Priya", "Sam", "Max", "Tom", "Wendy") if name in " ".join(told().values())]


def test_a_number_that_was_texted_is_wiped_thirty_days_after_the_event(texting: Flask):
    event, _ = on_the_day()
    call_off(actions.cancel_event, event)
    forgetting.due(stopped_at(NOW + timedelta(days=29)))
    assert all(text.to_phone for text in texts())
    forgetting.due(stopped_at(NOW + timedelta(days=31)))
    assert [text.to_phone for text in texts()] == ["", ""]


@pytest.mark.usefixtures("today")
def test_the_pages_say_beforehand_how_many_get_a_text(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    event, _ = on_the_day()
    said = "2 of them get a text message too"
    for act in ("cancel", "postpone"):
        assert said not in client.page(f"/events/{event.id}/{act}").text
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    for act in ("cancel", "postpone"):
        assert said in client.page(f"/events/{event.id}/{act}").text
    later = make_event(make_course("Radicalisation"), NOW + timedelta(days=20))
    make_booking(later, mobile="07700 900123")
    assert "text message" not in client.page(f"/events/{later.id}/cancel").text


@pytest.mark.usefixtures("today")
def test_the_page_that_changes_the_time_says_it_too(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    event, _ = on_the_day()
    typed = {"sessions-0-day": ["20", "11", "2026"], "sessions-0-starts": "12:15", "sessions-0-ends": "15:15"}
    page = client.send(f"/events/{event.id}/times", **typed)
    assert "2 of them get a text message too" in page.text


@pytest.mark.usefixtures("today")
def test_another_address_of_a_venue_reaches_those_who_are_on_their_way_by_text(
    client: CheckedClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    client.sign_in(make_person("Ada Administrator", Role.ADMINISTRATOR))
    monkeypatch.setitem(app.config, "TEXT_TRANSPORT", "folder")
    event, _ = on_the_day()
    hall = add(Venue(name="Hill House", address="1 High Street", postcode="NS1 2AB"))
    with writing() as session:
        session.execute(sa.update(EventSession).values(venue_id=hall.id))
    assert "2 of them get a text message too" in client.page(f"/venues/{hall.id}").text
    typed = {"name": "Hill House", "address": "2 Low Street", "postcode": "NS1 2AB"}
    sent = client.post(f"/venues/{hall.id}", data={**typed, "csrf_token": client.token(f"/venues/{hall.id}")})
    assert sent.status_code == 303
    assert "Hill House, 2 Low Street, NS1 2AB" in told()["+447700900123"]


def test_what_the_training_team_wrote_is_not_taken_back_by_a_change(texting: Flask):
    event, priya = on_the_day()
    with writing():
        post_text(
            "text-message",
            key="x",
            to_phone=priya.mobile,
            to_name="Priya",
            partnership=make_partnership(),
            now=NOW,
            about=f"booking:{priya.public_id}",
            course=SimpleNamespace(title="Neglect"),
            our_link="https://x.example/1",
            time_now="",
            typed="Bring a coat.",
        )
    reschedule(event, SOON + timedelta(minutes=15))
    assert [text.state for text in texts()] == ["queued"] * 3
