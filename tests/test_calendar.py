"""Invites as two other calendar readers understand them, and line by line where mail clients are known to be strict."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.clock import from_london
from app.notifications.calendar import Invite, invite_text, uid_of
from app.notifications.feed_text import Entry, Feed, feed_text
from tests.calendar_checkers import Sitting, read_with_both, read_with_libical, understood

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
PUBLISH = replace(INVITE, uid=uid_of("PUBLISHED", "session"))
EVERY, METHODS = (INVITE, UPDATE, CANCEL, PUBLISH), ("request", "update", "cancel", "publish")
CLOCK_CHANGES = [
    (date(2027, 3, 27), time(9, 30), time(12, 30)),  # the day before the clocks go forward
    (date(2027, 3, 28), time(0, 15), time(3, 15)),  # across the missing hour
    (date(2027, 3, 28), time(9, 30), time(12, 30)),
    (date(2027, 10, 30), time(9, 30), time(12, 30)),  # the day before they go back
    (date(2027, 10, 31), time(0, 15), time(3, 15)),  # across the hour that comes twice
    (date(2027, 10, 31), time(9, 30), time(12, 30)),
    (date(2031, 7, 1), time(9, 30), time(12, 30)),
]


def lines(text: str) -> list[str]:
    """The calendar's lines, unfolded."""
    return text.replace("\r\n ", "").split("\r\n")


def told(*invites: Invite) -> list[Sitting]:
    """What a reader should make of them."""
    return [Sitting(i.uid, i.sequence, i.starts_at, i.ends_at) for i in invites]


def written(invite: Invite) -> str:
    """The invite as text: as a file to add by hand where nobody is invited."""
    return published(invite) if invite.uid.startswith("PUBLISHED") else invite_text(invite)


def published(*invites: Invite, name: str = "My training") -> str:
    """The same sittings as a file to add by hand, or a feed."""
    entries = [
        Entry(
            uid=i.uid,
            sequence=i.sequence,
            title=i.title,
            starts_at=i.starts_at,
            ends_at=i.ends_at,
            changed_at=i.stamp or STAMP,
            location=i.location,
            description=i.description,
            url=i.url,
            lost="Cancelled" if i.method == "CANCEL" else "",
        )
        for i in invites
    ]
    return feed_text(Feed(name, invites[0].organizer_name, invites[0].organizer_email, entries))


@pytest.mark.parametrize("invite", EVERY, ids=METHODS)
def test_both_readers_find_no_fault_and_the_same_instants(invite: Invite):
    assert read_with_both(written(invite)) == told(invite)
    assert understood(written(invite)).method == ("PUBLISH" if invite is PUBLISH else invite.method)


@pytest.mark.parametrize("missing", ["UID:", "DTSTAMP:", "ORGANIZER", "ATTENDEE"])
def test_libical_would_notice_a_missing_line(missing: str):
    kept = [line for line in lines(invite_text(INVITE)) if not line.startswith(missing)]
    assert read_with_libical("\r\n".join(kept))[1]


@pytest.mark.parametrize("broken", ["END:VEVENT\r\n", "END:VCALENDAR\r\n", "DTSTART;TZID=Europe/London:"])
def test_ical_js_would_notice_a_broken_calendar(broken: str):
    with pytest.raises(ValueError, match=r"invalid|component"):
        understood(invite_text(INVITE).replace(broken, ""))


def test_both_readers_go_by_the_zone_that_the_calendar_brings():
    july = replace(INVITE, starts_at=from_london(date(2027, 7, 6), time(9, 30)))
    july = replace(july, ends_at=july.starts_at + timedelta(hours=3))
    elsewhere = invite_text(july).replace("TZOFFSETTO:+0100", "TZOFFSETTO:+0300")
    [sitting] = understood(elsewhere).sittings
    assert july.starts_at - sitting.starts_at == timedelta(hours=2)


@pytest.mark.parametrize("invite", EVERY, ids=METHODS)
@pytest.mark.parametrize(("day", "start", "end"), CLOCK_CHANGES)
def test_both_sides_of_both_clock_changes_are_told_right(invite: Invite, day: date, start: time, end: time):
    invite = replace(invite, starts_at=from_london(day, start), ends_at=from_london(day, end))
    text = written(invite)
    assert f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{start:%H%M%S}" in lines(text)
    assert read_with_both(text) == told(invite)


@pytest.mark.parametrize("invite", EVERY, ids=METHODS)
def test_of_the_hour_that_comes_twice_the_second_is_told_in_utc(invite: Invite):
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    invite = replace(invite, starts_at=second, ends_at=second + timedelta(hours=2))
    assert "DTSTART:20271031T013000Z" in lines(written(invite))
    assert read_with_both(written(invite)) == told(invite)


HARD = {
    "commas and semicolons": "Training: fabricated, induced illness; part 1: a, b; c",
    "quotes": "Siân's “Neglect” – \"O'Briain\", née Hughes\\n",
    "not Latin": "St Mary's, Łódź, 東京, Ελλάδα, עברית, 👩‍👩‍👧",  # the last is one sign of five characters
    "long": "x" * 74 + "ü" * 400 + "東" * 200,
    "backslashes": "of \\it\\, \\; \\x \\\\n",
    "percent and caret": "100% ^n ^' ^^ %0D%0A",
}
HOSTILE = {
    "a line of its own": "Neglect\r\nATTENDEE:mailto:all@northshire.example",
    "an end": "Neglect\nEND:VEVENT\nBEGIN:VEVENT\nUID:stolen",
    "a header": "Neglect\r\nBcc: all@northshire.example\r\n\r\nbody",
    "other line ends": "Neglect\u2028METHOD:CANCEL\u2029X\x85Y\x0bZ\x0cA\rB",
    "control characters": "Neg\x00lect\x07\x1b[31m\x7f\x9b",
    "a parameter": 'Neglect";RSVP=TRUE:mailto:all@northshire.example;X="',
}


@pytest.mark.parametrize("invite", EVERY, ids=METHODS)
@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_hard_texts_come_through_as_they_are(invite: Invite, text: str):
    texts = {"title": text, "location": text, "description": f"First line\n{text}\n\nLast"}
    invite = replace(invite, **texts, attendee_name=text, organizer_name=text)
    assert read_with_both(written(invite)) == told(invite)
    [event] = understood(written(invite)).events
    assert event["summary"] == text and event["location"] == text
    assert event["description"] == invite.description
    assert event["organizers"][0]["address"] == "mailto:training@northshire.example"
    named = event["organizers"] + event["attendees"]
    assert {person["cn"] for person in named} == {unquoted(text)}
    assert max(len(line.encode()) for line in written(invite).split("\r\n")) <= 75


def unquoted(text: str) -> str:
    """A name as it can stand between quotes."""
    return text.replace('"', "'").replace("\\", "/")


@pytest.mark.parametrize("invite", EVERY, ids=METHODS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nobody_writes_a_line_of_their_own_into_an_invite(invite: Invite, text: str):
    plain = understood(written(invite))
    invite = replace(invite, title=text, location=text, description=text, attendee_name=text)
    invite = replace(invite, organizer_name=text)
    assert read_with_both(written(invite)) == told(invite)
    found = understood(written(invite))
    assert (found.method, found.names, found.parts) == (plain.method, plain.names, plain.parts)
    assert [event["names"] for event in found.events] == [event["names"] for event in plain.events]
    [event] = found.events
    addresses = [person["address"] for person in event["organizers"] + event["attendees"]]
    assert "mailto:all@northshire.example" not in addresses
    assert {person.get("rsvp", "FALSE") for person in event["attendees"]} <= {"FALSE"}
    assert not set(written(invite)) & {"\x00", "\x07", "\x1b", "\x7f", "\x9b", "\x0b", "\x0c", "\x85"}


ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


@given(ANY_TEXT, ANY_TEXT, st.sampled_from(EVERY))
@example("\x1b", "\x1b", EVERY[0])
@example("\x1b", "\x1b", EVERY[-1])
def test_whatever_is_typed_both_readers_accept_it(title: str, description: str, invite: Invite):
    texts = {"title": f"Training: {title}", "location": title, "description": description}
    invite = replace(invite, **texts, attendee_name=title)
    assert read_with_both(written(invite)) == told(invite)
    assert max(len(line.encode()) for line in written(invite).split("\r\n")) <= 75


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=200))
def test_every_title_comes_back_as_it_was(title: str):
    [event] = understood(invite_text(replace(INVITE, title=title))).events
    assert event["summary"] == title


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
    outlook = {"X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-CDO-INTENDEDSTATUS"}
    assert changed == {"METHOD", "SEQUENCE", "STATUS", "TRANSP", *outlook}
    assert "STATUS:CANCELLED" in after


def test_nothing_is_said_with_an_empty_property():
    text = invite_text(replace(INVITE, location="", description="", url="", attendee_name=""))
    assert not [line for line in lines(text)[:-1] if line.endswith(":")]
    assert not [line for line in lines(text) if line.startswith(("LOCATION", "DESCRIPTION", "URL"))]


def test_an_online_session_names_our_own_address_as_its_room():
    online = replace(INVITE, location="Online", conference=INVITE.url)
    assert read_with_both(invite_text(online)) == told(online)
    assert understood(invite_text(online)).events[0]["conference"] == INVITE.url
    assert f"CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=Join:{INVITE.url}" in lines(invite_text(online))


def test_what_holds_a_link_of_ones_own_is_hidden_from_those_who_share_the_calendar():
    assert "CLASS:PRIVATE" in lines(invite_text(replace(INVITE, private=True)))
    assert not [line for line in lines(invite_text(INVITE)) if line.startswith("CLASS")]


def test_an_invite_without_an_instant_of_writing_is_refused():
    with pytest.raises(ValueError, match="instant"):
        invite_text(replace(INVITE, stamp=None))


def test_a_publication_invites_nobody_and_keeps_the_uids():
    other = replace(CANCEL, uid=uid_of("another", "session"))
    text = published(INVITE, other)
    assert read_with_both(text) == told(INVITE, other)
    assert "METHOD:PUBLISH" in lines(text)
    assert "ATTENDEE" not in text
    assert "priya" not in text


def test_a_calendar_called_after_two_lines_stays_whole():
    text = published(INVITE, name="Neglect\r\nX-EVIL:1")
    assert "X-WR-CALNAME:Neglect X-EVIL:1\r\n" in text
    assert "\nX-EVIL" not in text
