"""Attendance reports as they are read: every generation, encoding and way to write a date; and what is refused."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attendance.reports.attendees import Attendee, attendees, read_times
from app.attendance.reports.dates import Order, settle, stamp_of
from app.attendance.reports.durations import seconds_of, seconds_of_minutes
from app.attendance.reports.layout import MOST_BYTES, MOST_ROWS
from app.attendance.reports.reading import File, read_report
from app.attendance.reports.report import Meeting
from app.attendance.reports.settling import Sitting, place
from app.clock import from_london
from app.errors import Refused
from tests.attendance_reports import (
    GENERATIONS,
    Call,
    Guest,
    Stay,
    american,
    as_teams_saves,
    british,
    dotted,
    french,
    iso,
    sheet,
    teams_2020,
    teams_2021,
    teams_2022,
    utc,
    zoom,
    zoom_unique,
)

START = from_london(date(2026, 11, 26), time(9, 30))
END = START + timedelta(hours=3)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def stay(begins: float, ends: float) -> Stay:
    """A time in the meeting, by its minutes."""
    return Stay(at(begins), at(ends))


PRIYA = Guest("Nair, Priya", "priya.nair@northshire.example", (stay(-5, 60), stay(70, 180)))
SAM = Guest("Samuel Lee (Guest)", "", (stay(10, 182),), role="Attendee")
OLGA = Guest("Olga Organiser", "olga@northshire.example", (stay(-10, 185),), role="Organizer")
CALL = Call("Neglect: level 3", (PRIYA, SAM, OLGA), at(-10), at(185))


def there(meeting: Meeting, order: Order = Order.DAY) -> dict[str, list[tuple[float, float]]]:
    """Who was there, and when, in minutes after the start."""
    people = attendees(read_times(0, meeting, order).entries)
    return {person.name: in_minutes(person) for person in people}


def in_minutes(person: Attendee) -> list[tuple[float, float]]:
    """Somebody's times."""
    return [
        ((s.start - START).total_seconds() / 60, (s.end - START).total_seconds() / 60) for s in person.spans
    ]


EXPECTED = {
    "Nair, Priya": [(-5, 60), (70, 180)],
    "Samuel Lee (Guest)": [(10, 182)],
    "Olga Organiser": [(-10, 185)],
}


@pytest.mark.parametrize("generation", list(GENERATIONS))
def test_every_generation_says_the_same_of_one_meeting(generation: str):
    meeting = read_report(as_teams_saves(GENERATIONS[generation](CALL)))
    order = Order.MONTH if "Zoom" in generation or "live" in generation else Order.DAY
    assert there(meeting, order) == EXPECTED
    assert meeting.remarks == ()


def test_the_block_says_what_the_meeting_was():
    for text in (teams_2021(CALL), teams_2022(CALL), zoom(CALL)):
        meeting = read_report(text.encode())
        assert (meeting.title, meeting.people) == ("Neglect: level 3", 3)
        assert stamp_of(meeting.start) is not None


def test_addresses_come_in_the_order_in_which_they_are_asked_for():
    guest = Guest(
        "Sam Lee", "Sam@School.example", (stay(0, 9),), upn="sam_school.example#EXT#@county.example"
    )
    for text in (teams_2021(Call("x", (guest,), START, END)), teams_2022(Call("x", (guest,), START, END))):
        (person,) = attendees(read_times(0, read_report(text.encode()), Order.DAY).entries)
        assert person.addresses == ("sam@school.example", "sam_school.example#ext#@county.example")


def test_organisers_are_known_by_their_role():
    people = attendees(read_times(0, read_report(teams_2022(CALL).encode()), Order.DAY).entries)
    assert [person.name for person in people if person.organises] == ["Olga Organiser"]


ENCODINGS = {
    "UTF-16 as Teams saves": lambda text: text.encode("utf-16"),
    "UTF-16, the other way round": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, the other way round, without a mark": lambda text: text.encode("utf-16-be"),
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "Windows-1252": lambda text: text.encode("cp1252"),
    "lines ended as on Unix": lambda text: text.replace("\r\n", "\n").encode("utf-16"),
    "lines ended as on old Macs": lambda text: text.replace("\r\n", "\r").encode("utf-16"),
}


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_an_encoding_changes_nothing(encoding: str):
    call = Call(
        "Ma\u00eetrise", (Guest("Zo\u00eb M\u00fcller", "zoe@x.example", (stay(0, 90),)),), START, END
    )
    meeting = read_report(ENCODINGS[encoding](teams_2022(call)))
    assert meeting == read_report(teams_2022(call).encode())
    assert there(meeting) == {"Zo\u00eb M\u00fcller": [(0, 90)]}


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("write", [teams_2020, teams_2021, teams_2022])
def test_a_file_that_was_saved_again_with_another_separator_says_the_same(separator: str, write: object):
    import csv
    from io import StringIO

    assert callable(write)
    text = write(CALL)
    rows = list(csv.reader(StringIO(text, newline=""), delimiter="\t"))
    again = read_report(sheet(rows, separator).encode("utf-8-sig"))
    assert there(again) == EXPECTED


DATES = {
    "british": british,
    "american, with a narrow blank": american,
    "french": french,
    "dotted": dotted,
    "year first": iso,
    "as live events": lambda when: american(when).replace("\u202f", "\u00a0"),
    "am and pm with dots": lambda when: american(when).replace("AM", "a.m.").replace("PM", "p.m."),
    "months by name": lambda when: f"{when:%b %d, %Y %I:%M:%S %p}",
    "the day before the month's name": lambda when: f"{when:%d %B %Y %H:%M:%S}",
    "dashes": lambda when: f"{when:%d-%m-%Y %H:%M:%S}",
    "as computers write it": lambda when: f"{when:%Y-%m-%dT%H:%M:%SZ}",
}


@pytest.mark.parametrize("way", list(DATES))
def test_dates_are_read_however_they_are_written(way: str):
    call = Call("x", (PRIYA, SAM, OLGA), at(-10), at(185), written=DATES[way])
    placed = place(File("a.csv", "1", read_report(teams_2022(call).encode())), [Sitting(1, START, END)])
    assert placed.settled is not None and placed.settled.order is not None
    assert there(placed.file.meeting, placed.settled.order) == EXPECTED
    assert not placed.ask and placed.other_day is None


def test_times_in_utc_are_known_by_their_headings():
    summer = from_london(date(2026, 7, 3), time(9, 30))
    guest = Guest("Sam Lee", "", (Stay(summer, summer + timedelta(hours=1)),))
    call = Call("x", (guest,), summer, summer + timedelta(hours=3), written=utc)
    meeting = read_report(teams_2022(call, zone=" (UTC)").encode())
    assert meeting.utc
    (person,) = attendees(read_times(0, meeting, Order.MONTH).entries)
    assert person.spans[0].start == summer
    in_london = read_report(teams_2022(call).encode())
    assert attendees(read_times(0, in_london, Order.MONTH).entries)[0].spans[0].start == summer - timedelta(
        hours=1
    )


def settled(day: date, *days: date, write: object = british) -> object:
    """In which order the dates of a meeting on a day are read for an event on others; "ask" for none."""
    begins = from_london(day, time(9, 30))
    assert callable(write)
    stamps = [stamp_of(write(begins)), stamp_of(write(begins + timedelta(hours=3)))]
    found = settle([s for s in stamps if s], stamps[0], days)
    return found.order or "ask"


def test_the_day_of_the_event_settles_the_order_of_day_and_month():
    assert settled(date(2026, 5, 4), date(2026, 5, 4)) == Order.DAY
    assert settled(date(2026, 5, 4), date(2026, 5, 4), write=american) == Order.MONTH


def test_a_day_that_fits_both_ways_or_neither_is_asked():
    assert settled(date(2026, 5, 4), date(2026, 5, 4), date(2026, 4, 5)) == "ask"
    assert settled(date(2026, 5, 4), date(2026, 9, 9)) == "ask"


def test_a_day_that_can_be_one_only_is_not_asked():
    assert settled(date(2026, 5, 14), date(2026, 9, 9)) == Order.DAY
    assert settled(date(2026, 5, 14), date(2026, 9, 9), write=american) == Order.MONTH
    assert settled(date(2026, 11, 11), date(2026, 9, 9)) == Order.DAY  # the same either way


def test_one_late_day_settles_all_the_others_of_a_file():
    texts = ["04/05/26, 09:30:00", "13/05/26, 09:30:00"]
    found = settle([s for text in texts if (s := stamp_of(text))], stamp_of(texts[0]), [date(2026, 4, 5)])
    assert found.possible == (Order.DAY,)


def test_dates_of_both_orders_in_one_file_are_a_problem():
    rows = [
        ("Full Name", "Join Time", "Leave Time"),
        ("A B", "15/11/26, 09:30:00", "15/11/26, 10:30:00"),
        ("C D", "11/15/26, 09:30:00", "11/15/26, 10:30:00"),
    ]
    placed = place(File("a.csv", "1", read_report(sheet(rows).encode())), [Sitting(1, START, END)])
    assert "two reports" in placed.problem


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_an_order_is_never_guessed(day: date):
    """Whatever the day: what is settled puts the meeting on the event's day, or is the only way to read it."""
    when = datetime(day.year, day.month, day.day, 9, 30, tzinfo=UTC)
    for write in (british, american):
        stamp = stamp_of(write(when))
        assert stamp is not None
        found = settle([stamp], stamp, [day, date(2019, 1, 1)])
        right = Order.DAY if write is british else Order.MONTH
        assert found.order in (right, None) or (stamp.first == stamp.second and found.order == Order.DAY)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h 2m 3s", 3723),
        ("10m 59s", 659),
        ("45s", 45),
        ("2h", 7200),
        ("2 h 44 m", 9840),
        ("2\u00a0h 44\u00a0m", 9840),
        ("1 godz. 5 min 3 sek.", 3903),
        ("1 Std. 2 Min. 3 Sek.", 3723),
        ("1 hr 5 min", 3900),
        ("1:02:03", 3723),
        ("0s", 0),
        ("5 m 2 h", None),
        ("1x", None),
        ("", None),
        ("yes", None),
    ],
)
def test_durations_are_read_with_their_units(text: str, seconds: int | None):
    assert seconds_of(text) == seconds


def test_minutes_of_zoom_are_numbers():
    assert [seconds_of_minutes(text) for text in ("65", "65.5", "65,5", "1h", "x")] == [
        3900,
        3930,
        3930,
        3600,
        None,
    ]


def test_zoom_keeps_both_names_and_leaves_the_waiting_room_out():
    guest = Guest("Sam (Samuel Lee)", "", (stay(0, 90),), waited=(stay(-20, 0),))
    meeting = read_report(zoom(Call("x", (guest,), START, END)).encode())
    (person,) = attendees(read_times(0, meeting, Order.MONTH).entries)
    assert person.names == ("sam", "samuel lee")
    assert in_minutes(person) == [(0, 90)]
    assert "waiting room" in meeting.remarks[0]


def test_unique_users_have_durations_and_no_times():
    meeting = read_report(zoom_unique(CALL).encode())
    people = attendees(read_times(0, meeting, Order.MONTH).entries)
    assert {p.name: sum(s for _, s in p.stated) // 60 for p in people} == {
        "Nair, Priya": 175,
        "Samuel Lee (Guest)": 172,
        "Olga Organiser": 195,
    }
    assert "no times" in meeting.remarks[0]


def test_without_the_third_section_the_stated_duration_counts():
    meeting = read_report(teams_2022(CALL, activities=False).encode())
    people = {p.name: p for p in attendees(read_times(0, meeting, Order.DAY).entries)}
    assert people["Nair, Priya"].spans[0].at_most == 175 * 60
    assert "3. In-Meeting Activities" in meeting.remarks[0]


def test_who_never_left_was_there_until_the_list_was_downloaded():
    meeting = read_report(teams_2020(CALL, left=False).encode())
    assert there(meeting)["Samuel Lee (Guest)"] == [(10, 182)]
    assert there(meeting)["Olga Organiser"] == [(-10, 182)]
    assert [entry.left_open for entry in meeting.entries].count(True) == 1


def test_two_devices_in_a_list_of_joining_and_leaving_are_one_presence():
    rows = [
        ("Full Name", "User Action", "Timestamp"),
        ("A B", "Joined", british(at(0))),
        ("A B", "Joined", british(at(10))),
        ("A B", "Left", british(at(20))),
        ("A B", "Left", british(at(60))),
    ]
    assert there(read_report(sheet(rows).encode())) == {"A B": [(0, 60)]}


GERMAN = [
    ("1. Zusammenfassung",),
    ("Titel der Besprechung", "Kinderschutz"),
    ("Anwesende Teilnehmer", 1),
    ("Startzeit", dotted(START)),
    (),
    ("2. Teilnehmer",),
    ("Name", "Erster Beitritt", "Letztes Verlassen", "Dauer der Besprechungsteilnahme", "E-Mail", "Rolle"),
    ("Zo\u00eb M\u00fcller", dotted(at(0)), dotted(at(90)), "1 Std. 30 Min.", "zoe@x.example", "Referent"),
    (),
    ("3. Aktivit\u00e4ten in der Besprechung",),
    ("Name", "Beitrittszeit", "Austrittszeit", "Dauer", "E-Mail", "Rolle"),
    ("Zo\u00eb M\u00fcller", dotted(at(0)), dotted(at(90)), "1 Std. 30 Min.", "zoe@x.example", "Referent"),
]
POLISH = [
    ("1. Podsumowanie",),
    ("Tytu\u0142 spotkania", "Ochrona dzieci"),
    ("2. Uczestnicy",),
    (
        "Imi\u0119 i nazwisko",
        "Pierwsze do\u0142\u0105czenie",
        "Ostatnie opuszczenie",
        "Czas trwania",
        "Adres e-mail",
    ),
    ("Ewa Nowak", dotted(at(0)), dotted(at(90)), "1 godz. 30 min", "ewa@x.example"),
]
FRENCH = [
    ("Nom complet", "Action de l\u2019utilisateur", "Horodateur"),
    ("Ana\u00efs Roy", "Rejoint", french(at(0))),
    ("Ana\u00efs Roy", "A quitt\u00e9", french(at(90))),
]


@pytest.mark.parametrize("rows", [GERMAN, POLISH, FRENCH], ids=["German", "Polish", "French"])
def test_reports_in_other_languages_are_read(rows: list[tuple[object, ...]]):
    ((_, times),) = there(read_report(sheet(rows).encode("utf-16"))).items()
    assert times == [(0, 90)]


def why_not(content: bytes) -> str:
    """What is said of a file that is refused."""
    with pytest.raises(Refused) as refused:
        read_report(content)
    return refused.value.sentence


FINNISH = sheet([("1. Yhteenveto",), ("2. Osallistujat",), ("Nimi", "Liittyi", "Poistui"), ("A B", "x", "y")])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "empty"),
        (b"\r\n\r\n,,,,\r\n", "empty"),
        (b"PK\x03\x04" + b"x" * 50, "Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 50, ".xls"),
        (b"%PDF-1.7", "PDF"),
        (bytes(range(256)) * 8, "no text"),
        (b"<!doctype html><title>Sign in</title>", "web page"),
        (b"a,b,c\r\n1,2,3\r\n", "no attendance report"),
        (b"hello", "no attendance report"),
        (b"x" * (MOST_BYTES + 1), "larger than 20 MB"),
        (FINNISH.encode("utf-16"), "language we do not know: \u201cNimi, Liittyi, Poistui\u201d"),
        (teams_2022(CALL).encode("utf-16")[:151], "cut off"),
        (teams_2022(CALL).encode("utf-16")[:400], "cut off"),
        (teams_2021(Call("x", (), START, END)).encode(), "Nobody is in this report"),
        (
            b"Full Name,User Action,Timestamp\r\n" + b"A,Joined,x\r\n" * (MOST_ROWS + 1),
            "more than 20,000 rows",
        ),
    ],
)
def test_what_is_no_report_is_refused_with_what_to_do(content: bytes, said: str):
    assert said in why_not(content)


def test_a_file_that_ends_in_the_middle_of_a_row_says_so():
    whole = teams_2022(CALL)
    cut = whole[: whole.rindex("Organizer") - 30]
    assert "cut off in line" in read_report(cut.encode("utf-16")).remarks[0]
    assert not any("cut off" in said for said in read_report(whole.encode("utf-16")).remarks)


def test_rows_that_make_no_sense_are_named_and_the_others_count():
    rows = [
        ("Full Name", "Join Time", "Leave Time", "Duration"),
        ("A B", british(at(0)), british(at(60)), "1h"),
        ("C D", "sometime", british(at(60)), ""),
        ("E F", british(at(60)), british(at(0)), ""),
        ("G H", british(at(0)), "", ""),
        ("", "", "", ""),
    ]
    read = read_times(0, read_report(sheet(rows).encode()), Order.DAY)
    said = " ".join(read.remarks)
    assert "\u201csometime\u201d" in said and "leaves before" in said and "no time of leaving" in said
    assert [p.name for p in attendees(read.entries) if p.spans] == ["A B"]


@given(st.permutations(range(6)))
def test_the_order_of_rows_never_matters(order: list[int]):
    rows: list[tuple[object, ...]] = [
        ("A B", british(at(0)), british(at(60)), "", "a@x.example", "a@home.example"),
        ("A B", british(at(30)), british(at(90)), "", "", ""),
        ("Alex B", british(at(95)), british(at(99)), "", "A@X.example", ""),
        ("C D", british(at(0)), british(at(10)), "", "c@x.example", "a@home.example"),
        ("E F", british(at(5)), british(at(10)), "", "", ""),
        ("e f", british(at(10)), british(at(15)), "", "", ""),
    ]
    head = ("Full Name", "Join Time", "Leave Time", "Duration", "Email", "Participant ID (UPN)")

    def people(found: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        read = read_times(0, read_report(sheet([head, *found]).encode()), Order.DAY)
        return [(p.key, p.name, p.names, p.addresses, p.spans) for p in attendees(read.entries)]

    assert people([rows[place] for place in order]) == people(rows)


ANYTHING = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=300)


@given(ANYTHING | st.binary(max_size=300))
def test_whatever_is_handed_in_is_read_or_refused_in_a_sentence(content: str | bytes):
    sent = content.encode("utf-16") if isinstance(content, str) else content
    try:
        read_report(sent)
    except Refused as refused:
        assert refused.sentence.endswith(".")


@given(st.integers(0, 3000))
def test_a_report_cut_anywhere_is_read_or_refused_in_a_sentence(length: int):
    whole = as_teams_saves(teams_2022(CALL))
    try:
        meeting = read_report(whole[:length])
    except Refused as refused:
        assert refused.sentence.endswith(".")
    else:
        assert set(there(meeting)) <= set(EXPECTED) | {name[:n] for name in EXPECTED for n in range(30)}
