"""Letters: posted once, written in three forms, put together as mail readers need them, sent or tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from app.db import db, writing
from app.errors import Refused
from app.notifications import due_jobs, outgoing
from app.notifications.actions import post, send_again, withdraw
from app.notifications.calendar import Invite
from app.notifications.letters import link, mime
from app.notifications.markup import as_html, as_text, guarded
from app.notifications.models import Letter
from app.notifications.rules import TRIES, next_try
from tests.factories import make_partnership

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
INVITE = Invite(
    uid="booking-session@roundtable",
    sequence=0,
    title="Training: Neglect",
    starts_at=NOW + timedelta(days=28),
    ends_at=NOW + timedelta(days=28, hours=3),
)


def posted(key: str = "trial:1", **given: Any) -> Letter:
    """A letter in the outbox."""
    usual: dict[str, Any] = {
        "to_email": "priya@northshire.example",
        "to_name": "Priya Practitioner",
        "partnership": make_partnership(),
        "sent_as": "training@roundtable.example",
        "now": NOW,
    }
    context = {**usual, **given}
    with writing():
        public_id = post("test-mail", key=key, **context)
    return db.session.scalars(sa.select(Letter).where(Letter.public_id == public_id)).one()


def letters(**where: Any) -> list[Letter]:
    """What lies in the outbox."""
    return list(db.session.scalars(sa.select(Letter).filter_by(**where).order_by(Letter.id)))


def test_the_same_key_is_posted_once(each_app: Flask):
    posted("booking:a:booked:0")
    with writing():
        again = post(
            "test-mail",
            key="booking:a:booked:0",
            to_email="priya@northshire.example",
            to_name="Priya",
            partnership=None,
            now=NOW,
            sent_as="x",
        )
    assert again is None
    assert len(letters()) == 1


def test_a_letter_falls_with_the_change_it_tells_of(app: Flask):
    partnership = make_partnership()
    with pytest.raises(Refused), writing():
        post(
            "test-mail",
            key="a",
            to_email="a@b.example",
            to_name="",
            partnership=partnership,
            now=NOW,
            sent_as="x",
        )
        raise Refused("No place is free.")
    assert letters() == []


def test_nobody_without_an_address_is_written_to(app: Flask):
    with writing():
        assert post("test-mail", key="a", to_email=None, to_name="A guest", partnership=None, now=NOW) is None
    assert letters() == []


def test_a_letter_says_who_writes_and_where_an_answer_goes(app: Flask):
    letter = posted()
    assert letter.headers == {
        "From": "Northshire SCP training <training@roundtable.example>",
        "Reply-To": "Northshire SCP training <training@northshire.example>",
    }
    assert "Northshire Safeguarding Children Partnership, training team" in letter.text
    assert "01632 960001" in letter.html


def test_a_letter_of_no_partnership_comes_from_roundtable(app: Flask):
    assert posted(partnership=None).headers == {"From": "Roundtable <training@roundtable.example>"}


def test_a_word_missing_from_the_wording_is_an_error(app: Flask):
    with pytest.raises(UndefinedError), writing():
        post("test-mail", key="a", to_email="a@b.example", to_name="", partnership=None, now=NOW)
    with pytest.raises(KeyError, match="no-such-message"), writing():
        post("no-such-message", key="a", to_email="a@b.example", to_name="", partnership=None, now=NOW)


def test_what_was_not_sent_can_be_withdrawn(each_app: Flask):
    kept = posted("1", about="booking:b")
    gone = posted("2", about="booking:a")
    sent = posted("3", about="booking:a")
    with writing():
        db.session.get_one(Letter, sent.id).state = "sent"
    with writing():
        assert withdraw(about="booking:a", messages=("another",), now=NOW) == 0
        assert withdraw(about="booking:a", messages=("test-mail",), now=NOW) == 1
    db.session.expire_all()
    assert [letter.state for letter in (kept, gone, sent)] == ["queued", "withdrawn", "sent"]


def test_a_link_needs_no_request(app: Flask):
    assert link("/bookings/abc") == "http://localhost/bookings/abc"
    assert link("health.alive") == "http://localhost/healthz"


WORDING = """\
# You have a place
Hello Priya. You have a place on
**Neglect & abuse**.

When :: Tue 12 January 2027, 9:30am
Where ::
[[See your booking|https://site.example/bookings/1?a=1&b=2]]
See [the course page](https://site.example/courses/neglect) or https://site.example/help.

- one thing
- another
1. first
2. second
> Bring your badge.
` 123 456 `
---
"""
TEXT = """\
You have a place

Hello Priya. You have a place on Neglect & abuse.

When: Tue 12 January 2027, 9:30am

See your booking:
https://site.example/bookings/1?a=1&b=2

See the course page: https://site.example/courses/neglect or <https://site.example/help>.

- one thing
- another

1. first
2. second

Bring your badge.

123 456

---
"""


def test_the_wording_reads_well_as_text():
    assert as_text(WORDING) == TEXT


@pytest.mark.parametrize(
    "part",
    [
        ">You have a place</h1>",
        "<strong>Neglect &amp; abuse</strong>.</p>",
        ">When</dt>",
        ">Tue 12 January 2027, 9:30am</dd></dl>",
        'href="https://site.example/bookings/1?a=1&amp;b=2"',
        ">See your booking</a></p>",
        ">the course page</a> or <a",
        ">https://site.example/help</a>.</p>",
        ">another</li></ul>",
        ">second</li></ol>",
        ">123 456</p>",
        "<hr",
    ],
)
def test_the_wording_becomes_html(part: str):
    assert part in as_html(WORDING)


def test_an_empty_fact_is_left_out():
    assert "Where" not in as_html(WORDING)


@pytest.mark.parametrize(
    "name",
    [
        "[[Your prize|https://evil.example]]",
        "[Your prize](https://evil.example)",
        "# Sian",
        "**Sian**",
        "` 123 `",
        "Sian\n[[Your prize|https://evil.example]]",
        "<script>alert(1)</script>",
        '"><img src=x>',
    ],
)
def test_a_name_is_never_read_as_a_sign(name: str):
    wording = f"Hello {guarded(name)}\n"
    html = as_html(wording)
    assert 'class="press"' not in html
    assert "<strong>" not in html
    assert "<h1" not in html
    assert "<script" not in html
    assert "<img" not in html
    assert ">Your prize</a>" not in html
    assert as_text(wording) == f"Hello {name}\n"


@given(st.text(st.characters(exclude_categories=("Cs", "Co", "Cc", "Zl", "Zp", "Zs")), min_size=1))
def test_every_value_comes_back_as_it_was(value: str):
    assert as_text(f"Name: {guarded(value)}.") == f"Name: {value}.\n"


def test_a_link_leads_nowhere_but_to_the_web_or_a_mail():
    assert "javascript" not in as_html("[press](javascript:alert(1))")
    assert "<a" not in as_html("[[press|javascript:alert(1)]]")


def test_a_letter_is_one_mail_of_seven_bits_with_its_invite_twice(app: Flask):
    mail = mime(posted(to_name="Siân O'Neill, née Hughes", calendar=INVITE))
    assert mail.as_bytes().isascii()
    assert [part.get_content_type() for part in mail.walk()] == [
        *("multipart/mixed", "multipart/alternative"),
        *("text/plain", "text/html", "text/calendar", "application/ics"),
    ]
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["To"].addresses[0].display_name == "Siân O'Neill, née Hughes"
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998


def test_the_message_id_is_the_same_on_every_attempt(app: Flask):
    letter = posted()
    assert mime(letter)["Message-ID"] == mime(letter)["Message-ID"] == letter.message_id


def test_a_line_break_does_not_get_into_the_headers(app: Flask):
    letter = posted(to_name="Priya\r\nBcc: everybody@northshire.example")
    assert mime(letter)["Bcc"] is None


def test_the_sender_is_the_organizer_and_the_reader_the_only_attendee(app: Flask):
    calendar = posted(calendar=INVITE).calendar.replace("\r\n ", "")
    assert 'ORGANIZER;CN="Northshire SCP training":mailto:training@roundtable.example' in calendar
    assert calendar.count("ATTENDEE") == 1
    assert "mailto:priya@northshire.example" in calendar
    assert "DTSTAMP:20261120T100000Z" in calendar


def test_a_letter_is_tried_eight_times_over_about_a_day():
    waits, at = [], NOW
    for tries in range(1, TRIES + 1):
        again = next_try(tries, now=at)
        if again is None:
            break
        waits.append(again - at)
        at = again
    assert (len(waits) + 1, waits[0]) == (8, timedelta(minutes=1))
    assert timedelta(hours=20) <= at - NOW <= timedelta(hours=28)
    assert waits == sorted(waits)


def test_a_letter_belongs_to_one_worker_until_its_lease_runs_out(each_app: Flask):
    letter = posted()
    with writing():
        assert outgoing.claim(owner="one", now=NOW, limit=5) == [letter.id]
    with writing():
        assert outgoing.claim(owner="two", now=NOW, limit=5) == []
    late = NOW + outgoing.LEASE + timedelta(seconds=1)
    with writing():
        assert outgoing.claim(owner="two", now=late, limit=5) == [letter.id]
    with writing():
        assert not outgoing.renewed(letter.id, owner="one", now=late)
        assert not outgoing.mark_sent(letter.id, owner="one", now=late)
        assert outgoing.renewed(letter.id, owner="two", now=late)
        assert outgoing.mark_sent(letter.id, owner="two", now=late)
    assert [found.state for found in letters()] == ["sent"]


def test_nobody_is_told_of_what_is_over(each_app: Flask):
    posted(expires_at=NOW + timedelta(minutes=30))
    with writing():
        assert outgoing.claim(owner="one", now=NOW + timedelta(minutes=30), limit=5) == []
    assert [(found.state, found.fault) for found in letters()] == [
        ("withdrawn", "It was over before it could be sent.")
    ]


def test_a_letter_that_ends_every_worker_is_given_up(app: Flask):
    letter = posted()
    at = NOW
    for _ in range(TRIES):
        with writing():
            assert outgoing.claim(owner="dies", now=at, limit=5) == [letter.id]
        with writing():
            assert outgoing.renewed(letter.id, owner="dies", now=at)
        at += outgoing.LEASE + timedelta(seconds=1)
    with writing():
        assert outgoing.claim(owner="lives", now=at, limit=5) == []
    assert letters()[0].state == "failed"


def test_due_work_is_started_by_one_worker_a_minute(each_app: Flask):
    with writing():
        assert due_jobs.start_once("booking.due", "2026-11-20T10:00", now=NOW)
    with writing():
        assert not due_jobs.start_once("booking.due", "2026-11-20T10:00", now=NOW)
        assert due_jobs.start_once("booking.due", "2026-11-20T10:01", now=NOW)


def test_a_letter_sent_again_is_a_copy_with_the_same_sequence_and_a_new_stamp(app: Flask):
    letter = posted(calendar=INVITE)
    with writing():
        db.session.get_one(Letter, letter.id).state = "sent"
    later = NOW + timedelta(hours=1)
    with writing():
        send_again(letter, now=later)
    first, second = letters()
    assert second.message_id != first.message_id
    assert second.calendar == first.calendar.replace("20261120T100000Z", "20261120T110000Z")
    assert (second.state, second.due_at, second.to_email) == ("queued", later, first.to_email)
    with pytest.raises(Refused, match="already on its way"), writing():
        send_again(letter, now=later)


@pytest.mark.parametrize(
    ("given", "state", "sentence"),
    [
        ({"secret": True}, "sent", "not sent again"),
        ({}, "withdrawn", "no longer holds"),
        ({}, "queued", "still on its way"),
        ({"expires_at": NOW}, "failed", "is over"),
    ],
)
def test_what_should_not_be_sent_again_is_refused(
    app: Flask, given: dict[str, Any], state: str, sentence: str
):
    letter = posted(**given)
    with writing():
        db.session.get_one(Letter, letter.id).state = state
    with pytest.raises(Refused, match=sentence), writing():
        send_again(db.session.get_one(Letter, letter.id), now=NOW)
