"""Invites as two other calendar readers understand them, and line by line where mail clients are known to be strict."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from app.clock import from_london
from app.notifications.calendar import Invite, invite_text, publication, readdressed, restamped, uid_of
from tests.calendar_checkers import Libical, Sitting, libical_is_here, read_with_vobject

STAMP = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INVITE = Invite(
    uid=uid_of("kZ0p6bJXv1Qe2c9d", "Vb3n-_8sQw1Zx4Rt"),
    sequence=0,
    title="Training: Neglect",
    starts_at=from_london(date(2027, 1, 12), time(9, 30)),
    ends_at=from_london(date(2027, 1, 12), time(12, 30)),
    location="Hill House, 1 High Street, NS1 2AB",
    description="Joining link: https://site.example/join/kZ0p6bJXv1Qe2c9d",
    url="https://site.example/join/kZ0p6bJXv1Qe2c9d",
    organizer_name="Northshire SCP training",
    organizer_email="training@northshire.example",
    attendee_name="Priya Practitioner",
    attendee_email="priya@northshire.example",
    stamp=STAMP,
)
UPDATE = replace(INVITE, sequence=1, starts_at=INVITE.starts_at + timedelta(days=1))
CANCEL = replace(INVITE, sequence=2, method="CANCEL")
CLOCK_CHANGES = [
    (date(2027, 3, 27), time(9, 30), time(12, 30)),  # the day before the clocks go forward
    (date(2027, 3, 28), time(0, 15), time(3, 15)),  # across the missing hour
    (date(2027, 3, 28), time(9, 30), time(12, 30)),
    (date(2027, 10, 30), time(9, 30), time(12, 30)),  # the day before they go back
    (date(2027, 10, 31), time(0, 15), time(3, 15)),  # across the hour that comes twice
    (date(2027, 10, 31), time(9, 30), time(12, 30)),
    (date(2031, 7, 1), time(9, 30), time(12, 30)),
]


@pytest.fixture(scope="module")
def libical(tmp_path_factory: pytest.TempPathFactory) -> Libical:
    """The C reader, built once for these tests."""
    if not libical_is_here():
        pytest.skip("libical is not installed here: apt-get install gcc libc6-dev libical-dev")
    return Libical(tmp_path_factory.mktemp("libical"))


def lines(text: str) -> list[str]:
    """The calendar's lines, unfolded."""
    return text.replace("\r\n ", "").split("\r\n")


def understood(*invites: Invite) -> list[Sitting]:
    """What a reader should make of them."""
    return [Sitting(i.uid, i.sequence, i.starts_at, i.ends_at) for i in invites]


@pytest.mark.parametrize("invite", [INVITE, UPDATE, CANCEL], ids=["request", "update", "cancel"])
def test_libical_finds_no_fault_and_the_same_instants(libical: Libical, invite: Invite):
    assert libical.read(invite_text(invite)) == (understood(invite), [])


@pytest.mark.parametrize("missing", ["UID:", "DTSTAMP:", "ORGANIZER", "ATTENDEE"])
def test_libical_would_notice_a_missing_line(libical: Libical, missing: str):
    kept = [line for line in lines(invite_text(INVITE)) if not line.startswith(missing)]
    assert libical.read("\r\n".join(kept))[1]


@pytest.mark.parametrize("invite", [INVITE, UPDATE, CANCEL], ids=["request", "update", "cancel"])
def test_vobject_reads_the_same_instants(invite: Invite):
    assert read_with_vobject(invite_text(invite)) == understood(invite)


@pytest.mark.parametrize(("day", "start", "end"), CLOCK_CHANGES)
def test_both_sides_of_both_clock_changes_are_told_right(libical: Libical, day: date, start: time, end: time):
    invite = replace(INVITE, starts_at=from_london(day, start), ends_at=from_london(day, end))
    text = invite_text(invite)
    assert f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{start:%H%M%S}" in lines(text)
    assert libical.read(text) == (understood(invite), [])
    assert read_with_vobject(text) == understood(invite)


def test_of_the_hour_that_comes_twice_the_second_is_told_in_utc():
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    invite = replace(INVITE, starts_at=second, ends_at=second + timedelta(hours=2))
    assert "DTSTART:20271031T013000Z" in lines(invite_text(invite))
    assert read_with_vobject(invite_text(invite)) == understood(invite)


@pytest.mark.parametrize(
    "given",
    [
        {"title": "Training: fabricated, induced illness; part 1"},
        {"title": "Siân's “Neglect” – Ó Briain\\n"},
        {"description": "First line\nsecond, line; with: all\n\nof \\it\n"},
        {"location": "St Mary's, Łódź Street, 東京"},
        {"attendee_name": 'Siân "Sian" O\'Neill, née Hughes; BA: Hons'},
        {"organizer_name": "Families, Young People & Children's: training"},
        {"description": "x" * 74 + "ü" * 400},
    ],
    ids=lambda given: next(iter(given)),
)
def test_commas_apostrophes_line_ends_and_accents_come_through(libical: Libical, given: dict[str, Any]):
    invite = replace(INVITE, **given)
    text = invite_text(invite)
    assert libical.read(text) == (understood(invite), [])
    event = vobject.readOne(text).vevent
    assert event.summary.value == invite.title
    assert event.description.value == invite.description
    assert event.location.value == invite.location
    assert event.attendee.params["CN"] == [invite.attendee_name.replace('"', "'")]
    assert event.organizer.params["CN"] == [invite.organizer_name]
    assert event.attendee.value == "mailto:priya@northshire.example"


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), max_size=200))
def test_every_title_comes_back_as_it_was(title: str):
    text = invite_text(replace(INVITE, title=title or "-"))
    assert vobject.readOne(text).vevent.summary.value == (title or "-")
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75


def test_the_zone_is_two_yearly_rules():
    text = lines(invite_text(INVITE))
    assert [line for line in text if line.startswith(("RRULE", "RDATE"))] == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]
    assert text.count("BEGIN:VTIMEZONE") == 1


@pytest.mark.parametrize(
    "line",
    [
        "METHOD:REQUEST",
        "SEQUENCE:0",
        "DTSTAMP:20261120T100000Z",
        "DTSTART;TZID=Europe/London:20270112T093000",
        "STATUS:CONFIRMED",
        'ORGANIZER;CN="Northshire SCP training":mailto:training@northshire.example',
        'ATTENDEE;CN="Priya Practitioner";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;'
        "RSVP=FALSE:mailto:priya@northshire.example",
    ],
)
def test_an_invite_says(line: str):
    assert line in lines(invite_text(INVITE))


def test_an_answer_is_asked_for_where_somebody_reads_it():
    assert "RSVP=TRUE" in "".join(lines(invite_text(replace(INVITE, reply=True))))


def test_a_cancellation_keeps_all_but_method_sequence_and_status():
    before, after = lines(invite_text(INVITE)), lines(invite_text(CANCEL))
    changed = {line.partition(":")[0] for line in set(before) ^ set(after)}
    assert changed == {"METHOD", "SEQUENCE", "STATUS", "X-MICROSOFT-CDO-BUSYSTATUS"}
    assert "STATUS:CANCELLED" in after


def test_nothing_is_said_with_an_empty_property():
    text = invite_text(replace(INVITE, location="", description="", url="", attendee_name=""))
    assert not [line for line in lines(text)[:-1] if line.endswith(":")]
    assert not [line for line in lines(text) if line.startswith(("LOCATION", "DESCRIPTION", "URL"))]


def test_an_invite_without_an_instant_of_writing_is_refused():
    with pytest.raises(ValueError, match="instant"):
        invite_text(replace(INVITE, stamp=None))


def test_a_publication_invites_nobody_and_keeps_the_uids(libical: Libical):
    other = replace(CANCEL, uid=uid_of("another", "session"))
    text = publication([INVITE, other], name="My training")
    assert libical.read(text) == (understood(INVITE, other), [])
    assert read_with_vobject(text) == understood(INVITE, other)
    assert "METHOD:PUBLISH" in lines(text)
    assert "ATTENDEE" not in text
    assert "priya" not in text


def test_sent_again_only_the_stamp_differs():
    again = restamped(invite_text(INVITE), stamp=STAMP + timedelta(minutes=5))
    assert again == invite_text(replace(INVITE, stamp=STAMP + timedelta(minutes=5)))


def test_a_calendar_called_after_two_lines_stays_whole():
    text = publication([INVITE], name="Neglect\r\nX-EVIL:1")
    assert "X-WR-CALNAME:Neglect X-EVIL:1\r\n" in text
    assert "\nX-EVIL" not in text


@pytest.mark.parametrize(
    "address", ["p@x.example", "priya.with.a.name.that.is.longer.than.a.line@north.shire.example"]
)
def test_sent_to_another_address_only_the_attendee_differs(address: str):
    for invite in (INVITE, CANCEL):
        assert readdressed(invite_text(invite), email=address) == invite_text(
            replace(invite, attendee_email=address)
        )
