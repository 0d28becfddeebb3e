"""What a mail is: real clients' answers, mail servers' reports, and the worst that strangers may send."""

import base64
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.mailbox.mime import MOST_BYTES
from app.mailbox.replies import Answer, read_answer
from app.mailbox.sorting import Reading, read

MAILS = Path(__file__).parent / "mails"
UID = "PriyasBooking001-SessionNumber001@roundtable"
PRIYA = "priya.practitioner@northshire.example"
LETTER = "<LetterToPriya001@roundtable.example>"


def mail(name: str) -> Reading:
    return read((MAILS / f"{name}.eml").read_bytes())


def answer(raw: bytes | str) -> Answer:
    """The answer in a mail that has one."""
    found = read(raw if isinstance(raw, bytes) else raw.encode())
    assert found.kind == "calendar", found
    assert found.answer is not None
    return found.answer


def calendar(*lines: str, method: str = "METHOD:REPLY", uid: str = f"UID:{UID}") -> str:
    """A mail that is nothing but a calendar with one answer."""
    said = ["ATTENDEE;PARTSTAT=ACCEPTED:mailto:" + PRIYA, "SEQUENCE:0", "DTSTAMP:20261120T100000Z", *lines]
    event = ["BEGIN:VEVENT", uid, *said, "END:VEVENT"]
    whole = ["BEGIN:VCALENDAR", method, *event, "END:VCALENDAR"]
    return "Content-Type: text/calendar; charset=utf-8\n\n" + "\r\n".join(line for line in whole if line)


@pytest.mark.parametrize(
    ("name", "partstat", "stamp", "comment"),
    [
        ("gmail-accepted", "ACCEPTED", "10:15:12", ""),
        (
            "iphone-declined",
            "DECLINED",
            "11:30:00",
            "Clinic moved to that morning, sorry. Zoë could come instead?",
        ),
        ("outlook-mac-tentative", "TENTATIVE", "10:45:00", "Waiting for cover"),
        ("exchange-accepted", "ACCEPTED", "10:30:00", ""),
        ("android-declined", "DECLINED", "12:00:00", ""),
    ],
)
def test_each_client_s_answer_is_read(name: str, partstat: str, stamp: str, comment: str):
    found = mail(name)
    assert found.kind == "calendar"
    assert found.sender == PRIYA
    said = found.answer
    assert said is not None
    assert (said.method, said.uid, said.sequence, said.fault) == ("REPLY", UID, 0, "")
    assert said.stamp == datetime.fromisoformat(f"2026-11-20T{stamp}+00:00")
    assert [(one.address, one.partstat) for one in said.attendees] == [(PRIYA, partstat)]
    assert said.comment == comment


def test_the_first_calendar_part_wins_and_copies_are_ignored():
    assert b"DECLINED" in base64.b64decode(
        (MAILS / "gmail-accepted.eml").read_bytes().split(b"base64\r\n\r\n")[-1].split(b"--")[0]
    )
    said = mail("gmail-accepted").answer
    assert said is not None
    assert [one.partstat for one in said.attendees] == ["ACCEPTED"]


def test_the_method_is_that_of_the_body_not_of_the_header():
    raw = (MAILS / "google-counter.eml").read_bytes()
    assert b"method=REPLY" in raw
    said = answer(raw)
    assert (said.method, said.comment) == ("COUNTER", "Could we do the afternoon?")
    assert said.proposed == "Fri 18 December 2026, 2pm"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("DTSTART:20270720T130000Z", "Tue 20 July 2027, 2pm"),
        ('DTSTART;TZID="GMT Standard Time":20270120T143000', "Wed 20 January 2027, 2:30pm"),
        ("DTSTART;TZID=Europe/Paris:20270120T140000", "Wed 20 January 2027, 2pm (Europe/Paris)"),
        ("DTSTART:20270120T140000", "Wed 20 January 2027, 2pm"),
        ("DTSTART:20271399T140000Z", ""),
        ("DTSTART:soon", ""),
    ],
)
def test_a_time_that_is_proposed_is_told_in_words(line: str, words: str):
    said = answer(calendar(line, method="METHOD:COUNTER"))
    assert said.proposed == words


def test_an_alarm_s_attendee_is_nobody_who_answers():
    said = answer(calendar("BEGIN:VALARM", "ATTENDEE;PARTSTAT=DECLINED:mailto:x@y.example", "END:VALARM"))
    assert [one.address for one in said.attendees] == [PRIYA]


def test_an_answer_needs_no_organizer_and_no_sequence():
    text = calendar().replace("SEQUENCE:0\r\n", "")
    assert "ORGANIZER" not in text
    assert answer(text).sequence is None
    assert not answer(text).fault


@pytest.mark.parametrize(
    ("sender", "lines", "partstat"),
    [
        ("somebody@else.example", (), "ACCEPTED"),
        (PRIYA, ("ATTENDEE;PARTSTAT=DECLINED:mailto:other@else.example",), "ACCEPTED"),
        (PRIYA, ("ATTENDEE;PARTSTAT=DECLINED:mailto:" + PRIYA,), None),
    ],
)
def test_of_several_attendees_the_one_who_was_invited_answers(
    sender: str, lines: tuple[str, ...], partstat: str | None
):
    found = answer(calendar(*lines)).by({PRIYA}, sender)
    assert (found.partstat if found else None) == partstat


def test_an_alias_answers_for_the_one_who_writes_and_for_nobody_else():
    said = answer(calendar().replace(PRIYA, "p.patel@nhs.example"))
    found = said.by({PRIYA}, PRIYA)
    assert found is not None
    assert found.partstat == "ACCEPTED"
    assert said.by({PRIYA}, "p.patel@nhs.example") is None
    two = answer(calendar("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example").replace(PRIYA, "c@d.example"))
    assert two.by({PRIYA}, PRIYA) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (calendar(method=""), "does not say what it is"),
        (calendar(method="METHOD:REPLY\r\nMETHOD:CANCEL"), "says twice what it is"),
        (calendar(method="METHOD:REPLY\r\nMETHOD:REPLY"), "says twice what it is"),
        (calendar(uid=""), "which invite it answers"),
        (calendar(uid="UID:"), "which invite it answers"),
        (calendar("UID:another"), "more than one invite"),
        (calendar("END:VEVENT", "BEGIN:VEVENT", "UID:another"), "more than one invite"),
        (calendar("DTSTAMP:20991120T100000Z"), "more than one invite"),
        (calendar(*["ATTENDEE:mailto:a@b.example"] * 10_000), "more than an answer can"),
        (calendar(*["X:y"] * 30_000), "more than an answer can"),
        (calendar(*["BEGIN:X"] * 30), "more than an answer can"),
    ],
)
def test_what_cannot_be_taken_at_its_word_says_why(text: str, fault: str):
    assert fault in answer(text).fault


def test_a_method_inside_the_event_is_not_the_calendar_s():
    assert "does not say what it is" in answer(calendar("METHOD:REPLY", method="")).fault


@pytest.mark.parametrize("stamp", ["20261399T100000Z", "yesterday", "", "99999999T999999Z"])
def test_a_broken_stamp_or_sequence_is_as_none(stamp: str):
    text = calendar().replace("20261120T100000Z", stamp).replace("SEQUENCE:0", "SEQUENCE:-1٣")
    assert (answer(text).stamp, answer(text).sequence) == (None, None)


def test_a_mail_within_a_mail_is_not_read():
    inside = calendar()
    raw = (
        f"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n{inside}\n--x--\n"
    )
    assert read(raw.encode()).kind == "letter"


def test_a_question_is_shown_as_the_plain_text_it_is():
    found = mail("question")
    assert (found.kind, found.sender, found.sender_name) == ("letter", "zoe.grey@example.org", "Zoë Grey")
    assert found.subject == "Is there parking at Hill House? – two cars"
    assert "the café project" in found.text
    assert "<b>do we need</b>" in found.text


def test_html_is_read_without_its_marks():
    raw = b"Content-Type: text/html\n\n<head><title>x</title></head><p>Hello&nbsp;<b>you</b></p><script>evil()</script><p>&lt;3"
    assert read(raw).text == "Hello you\n<3"


def test_out_of_office_is_no_letter():
    assert mail("out-of-office").kind == "auto-reply"


def test_a_message_id_with_a_sign_that_no_database_keeps_is_none():
    letter = "Content-Type: text/plain\n\nHello"
    assert read(f"Message-ID: <right@x.example>\n{letter}".encode()).message_id == "<right@x.example>"
    for sign in ("\x00", "\x1b", "\u202e"):
        assert sign not in read(f"Message-ID: <wr{sign}ong@x.example>\n{letter}".encode()).message_id


def test_signs_that_turn_or_hide_words_are_left_out():
    found = read("From: x@y.example\nSubject: a\u202eb\n\none\x00two\x1b[31m\u2066\n".encode())
    assert (found.subject, found.text) == ("ab", "onetwo[31m")


def test_a_name_that_looks_like_an_address_is_not_the_sender():
    raw = f'From: "{PRIYA} <{PRIYA}>" <evil@else.example>\n\nx'
    assert read(raw.encode()).sender == "evil@else.example"


def test_headers_cannot_be_injected_through_what_a_mail_says():
    raw = "From: =?utf-8?q?Eve=0D=0ABcc:_all@else.example?= <eve@else.example>\nSubject: =?utf-8?q?a=0D=0Ab?=\n\nx"
    found = read(raw.encode())
    assert (found.sender_name, found.subject) == ("Eve Bcc: all@else.example", "a b")


@pytest.mark.parametrize(
    ("name", "for_good", "for_now", "said"),
    [
        ("bounce-postfix", True, False, f"550 5.1.1 <{PRIYA}>: Recipient address rejected: User unknown"),
        ("delayed-postfix", False, True, "connect to mx.northshire.example: Connection timed out"),
        ("bounce-qmail", True, False, "This is a permanent error; I've given up. Sorry it didn't work out."),
        ("bounce-exim", True, False, "A message that you sent could not be delivered to one or more of its"),
    ],
)
def test_a_returned_mail_says_which_and_for_whom(name: str, for_good: bool, for_now: bool, said: str):
    found = mail(name)
    assert found.kind == "bounce"
    assert found.bounce is not None
    assert LETTER in found.bounce.message_ids
    status = found.bounce.about(PRIYA.upper())
    assert status is not None
    assert (status.for_good, status.for_now, status.said) == (for_good, for_now, said)


def test_without_a_message_id_its_bytes_are_its_name():
    one, other = read(b"Subject: a\n\nb"), read(b"Subject: a\n\nc")
    assert one.message_id.startswith("sha256:")
    assert one.message_id == read(b"Subject: a\n\nb").message_id != other.message_id


def test_five_megabytes_are_refused_before_they_are_taken_apart():
    raw = (
        b"From: a@b.example\nSubject: big\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 10**6
    )
    tracemalloc.start()
    found = read(raw)
    assert tracemalloc.get_traced_memory()[1] < 4 * MOST_BYTES
    tracemalloc.stop()
    assert (found.kind, found.why, found.subject) == ("refused", "It is larger than 1 MB.", "big")
    assert read(raw[:1000], size=5_000_000).kind == "refused"


def test_two_hundred_parts_are_refused():
    raw = b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: text/plain\n\na\n" * 200
    assert read(raw + b"--x--").why == "It has more than 20 parts."


def test_a_hundred_thousand_attendees_are_refused():
    assert read(calendar(*["ATTENDEE:mailto:a@b.example"] * 100_000).encode()).kind == "refused"


def nested(depth: int, tail: str = "") -> bytes:
    """Multiparts within multiparts."""
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return (heads + tail).encode()


def test_parts_may_be_nested_ten_deep_and_no_deeper():
    inside = calendar()
    assert read(nested(9, inside)).kind == "calendar"
    assert read(nested(10, inside)).why == "Its parts are nested more than 10 deep."
    assert read(nested(15_000)).kind == "refused"


HOSTILE = {
    "tags": b"Content-Type: text/html\n\n" + b"<style></styl" * 70_000,
    "opening": b"Content-Type: text/html\n\n" + b"<" * 900_000,
    "blanks": b"Content-Type: text/html\n\n" + b" \n" * 400_000,
    "a huge entity": b"Content-Type: text/html\n\n&#" + b"1" * 190_000,
    "folds": b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n" + b"X\n " * 300_000,
    "parameters": b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nX" + b";a=b" * 200_000,
    "quotes": b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nX;" + b'""' * 400_000,
    "boundaries": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--b\n" * 200_000,
    "comments": b"From: " + b"(" * 1_000_000,
    "encoded words": b"Subject: " + b"=?a?q?x" * 100_000,
    "blocks": b"Content-Type: multipart/report; boundary=a\n\n--a\nContent-Type: message/delivery-status\n\n"
    + b"\r\n" * 300_000,
    "ids": b"From: mailer-daemon@x.example\n\n" + b"<a@" * 300_000,
    "addresses": b"From: mailer-daemon@x.example\n\na@" + b"a." * 400_000,
    "a long number": b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSEQUENCE:"
    + b"9" * 900_000,
}


@pytest.mark.parametrize("raw", HOSTILE.values(), ids=HOSTILE)
def test_no_mail_keeps_the_reader_busy(raw: bytes):
    """A guard against work that grows with the square: each took minutes in a first version, or a few ms."""
    began = time.process_time()
    read(raw)
    assert time.process_time() - began < 5


HEADS = st.sampled_from(
    [
        *(
            b"Content-Type: text/calendar\n\n",
            b"Content-Type: text/html; charset=zlib\n\n",
            b"From: mailer-daemon@x\n\n",
        ),
        b"Content-Type: text/calendar; charset=utf-16\nContent-Transfer-Encoding: base64\n\n",
        b"Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n",
        b"Content-Type: multipart/mixed; boundary=x\nContent-Type: text/plain\n\n--x\nContent-Type: text/calendar\n\n",
        *(b"Subject: =?utf-8?b?", b"From: =?idna?q?", b""),
    ]
)
SCRAPS = st.sampled_from(
    [
        *(
            b"BEGIN:VCALENDAR\n",
            b"METHOD:REPLY\n",
            b"BEGIN:VEVENT\n",
            b"END:",
            b"UID:x\n",
            b"\n ",
            b"=",
            b"=?",
            b"?=",
        ),
        *(
            b"ATTENDEE;PARTSTAT=",
            b'"',
            b";",
            b":",
            b"mailto:a@b",
            b"DTSTAMP:",
            b"\r",
            b"--x",
            b"--x--\n",
            b"\xff\xfe",
        ),
        *(
            b"Final-Recipient: rfc822;",
            b"Action: failed\n",
            b"\n\n",
            b"<",
            b">",
            b"&#x;",
            b"\\",
            b"Content-Type:",
        ),
    ]
)


@given(head=HEADS, body=st.lists(st.one_of(SCRAPS, st.binary(max_size=20)), max_size=40))
def test_whatever_the_bytes_there_is_an_answer(head: bytes, body: list[bytes]):
    found = read(head + b"".join(body))
    assert found.kind in ("calendar", "bounce", "auto-reply", "letter", "refused")
    for said in (found.message_id, found.sender, found.sender_name, found.subject, found.text, found.why):
        said.encode()  # it can be stored
        assert "\0" not in said


@given(st.text())
def test_whatever_the_text_a_calendar_s_answer_can_be_stored(text: str):
    found = read_answer("BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + text)
    for said in (found.method, found.uid, found.comment, found.proposed, found.fault):
        said.encode()
        assert "\0" not in said
    assert found.stamp is None or found.stamp.tzinfo is UTC
