"""What is in the calendars of the programme that anybody may subscribe to; on both databases."""

from flask import Flask

from app.booking.checks import sessions_of
from app.catalogue.feed import public_uid
from app.catalogue.models import Venue
from app.catalogue.rules import Search
from app.db import writing
from tests.factories import (
    add,
    make_course,
    make_event,
    make_partnership,
    make_trainer,
    make_undated,
)
from tests.feeds import DAY, JANUARY, MINUTES, NOW, at, postpone, programme, reschedule, told


def test_the_programme_holds_what_is_published_and_open_to_all(app: Flask):
    open_to_all = make_event(make_course("Neglect"), JANUARY)
    make_event(make_course("For some"), JANUARY, by_invitation=True)
    make_event(make_course("Draft"), JANUARY, state="draft")
    make_event(make_course("Unpublished", published=False), JANUARY)
    make_event(make_course("Long ago"), NOW - 40 * DAY)
    make_undated(make_course("Undated"))
    elsewhere = make_partnership(slug="elsewhere", name="Elsewhere SCP", short_name="ESCP")
    make_event(make_course("Hosted elsewhere"), JANUARY, host_id=elsewhere.id)
    (entry,) = programme()
    assert told([entry]) == [("Neglect", JANUARY, "")]
    assert not entry.busy
    assert entry.url.endswith(f"/events/{open_to_all.id}")


def test_nobody_can_tell_an_invites_uid_from_the_programme(app: Flask):
    event = make_event(starts=JANUARY)
    make_trainer(event)
    (session,) = sessions_of(event.id)
    (entry,) = programme()
    assert entry.uid == public_uid(session.public_id)
    assert session.public_id not in repr(entry)
    assert event.join_token not in repr(entry)
    assert "meet.example" not in repr(entry)


def test_the_programme_can_be_narrowed_as_find_training_is(app: Flask):
    neglect = make_course("Neglect", level=2, kind="seminar", audience_groups=["Volunteer"])
    other = make_course("Radicalisation", level=3, delivery="classroom")
    for course in (neglect, other):
        make_event(course, JANUARY)
    found = {
        Search(levels=(2,)): ["Neglect"],
        Search(kinds=("core",)): ["Radicalisation"],
        Search(deliveries=("classroom",)): ["Radicalisation"],
        Search(role_group="Volunteer"): ["Neglect", "Radicalisation"],
        Search(role_group="Senior or strategic leader"): ["Radicalisation"],
        Search(words=("neglect",)): ["Neglect"],
        Search(month=JANUARY.date().replace(day=1)): ["Neglect", "Radicalisation"],
        Search(month=NOW.date().replace(day=1)): [],
        Search(with_places=True): ["Neglect", "Radicalisation"],
    }
    for search, titles in found.items():
        assert sorted(one.title for one in programme(search=search)) == titles, search
    assert [one.title for one in programme(course=other)] == ["Radicalisation"]


def test_a_date_that_moves_in_the_programme_keeps_its_uid_and_a_postponed_one_is_told(each_app: Flask):
    event = make_event()
    (before,) = programme()
    reschedule(event, at(JANUARY, venue="Hill House"), now=NOW + MINUTES)
    (after,) = programme(NOW + MINUTES)
    assert (after.uid, after.starts_at, after.location) == (before.uid, JANUARY, "Hill House")
    assert after.sequence > before.sequence
    assert after.changed_at == NOW + MINUTES
    postpone(event, now=NOW + 2 * MINUTES)
    (gone,) = programme(NOW + 2 * MINUTES)
    assert (gone.uid, gone.lost) == (before.uid, "Postponed")
    assert gone.sequence > after.sequence
    assert programme(NOW + 32 * DAY) == []


def test_a_room_that_is_not_chosen_yet_is_not_called_online(app: Flask):
    make_event(make_course("Neglect", delivery="classroom"), JANUARY)
    make_event(make_course("Radicalisation", delivery="virtual"), JANUARY + DAY)
    assert [one.location for one in programme()] == ["Venue to be announced", "Online"]


def test_a_venue_is_named_with_its_address(app: Flask):
    event = make_event(starts=JANUARY)
    hall = add(Venue(name="Dunston Hall", address="Ipswich Road", postcode="NR14 8PQ"))
    with writing():
        for session in sessions_of(event.id):
            session.venue_id = hall.id
    assert [one.location for one in programme()] == ["Dunston Hall, Ipswich Road, NR14 8PQ"]
