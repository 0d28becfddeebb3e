"""Who a row of a report is, and how much of a session somebody was there: never more than the session, never by likeness."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.attendance.reports.attendees import Attendee
from app.attendance.reports.dates import Order
from app.attendance.reports.matching import Delegate, Deliverer, Found, index, match
from app.attendance.reports.names import Known, is_telephone, normalised, suggestions
from app.attendance.reports.presence import Span, joined, length, minutes_of, present
from app.attendance.reports.reading import File, read_report
from app.attendance.reports.review import Review, review
from app.attendance.reports.settling import Placed, Sitting, place
from app.clock import from_london
from tests.attendance_reports import (
    Call,
    Guest,
    Stay,
    american,
    as_teams_saves,
    teams_2021,
    teams_2022,
    zoom_unique,
)

START = from_london(date(2026, 11, 26), time(9, 30))
END = START + timedelta(hours=3)
MORNING = Sitting(1, START, END)
AFTERNOON = Sitting(2, END + timedelta(hours=1), END + timedelta(hours=3))
NOW = START + timedelta(days=1)


def at(minutes: float) -> datetime:
    """So many minutes after the start."""
    return START + timedelta(minutes=minutes)


def person(name: str, *addresses: str, organises: bool = False) -> Attendee:
    """Somebody in a report."""
    return Attendee(
        name, name, (normalised(name),), addresses, (), (), organises, is_telephone(name), frozenset()
    )


PRIYA = Delegate(1, normalised("Priya Nair"), frozenset({"priya@x.example", "p.nair@home.example"}))
BEN = Delegate(2, normalised("Ben Archer"), frozenset({"ben@x.example"}))
OTHER_BEN = Delegate(3, normalised("Ben Archer"), frozenset({"ben@y.example"}))
TOM = Deliverer(normalised("Tom Trainer"), "tom@x.example")
PEOPLE = index([PRIYA, BEN, OTHER_BEN], [TOM])


def found(*given: object, **more: bool) -> tuple[Found, int | None]:
    """What is found of somebody."""
    one = match(person(*given, **more), PEOPLE)  # type: ignore[arg-type]
    return one.found, one.booking_id


def test_an_address_says_who_somebody_is():
    assert found("Somebody", "priya@x.example") == (Found.MATCHED, 1)
    assert found("Somebody", "p.nair@home.example") == (Found.MATCHED, 1)  # known from before
    assert found("Somebody", "guest@nowhere.example", "priya@x.example") == (Found.MATCHED, 1)  # by the UPN


def test_a_unique_exact_name_says_it_too():
    for name in ("priya  nair", "NAIR, Priya", "Priya Nair (Guest)", "[NHS] Pr\u00edya Na\u00efr (EXT)"):
        assert found(name) == (Found.MATCHED, 1)


def test_a_name_of_two_people_is_ambiguous_until_an_address_says_which():
    assert found("Ben Archer") == (Found.AMBIGUOUS, None)
    assert found("Ben Archer", "ben@y.example") == (Found.MATCHED, 3)


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("Somebody", ("priya@x.example", "ben@x.example")),
        ("Ben Archer", ("priya@x.example",)),
        ("Priya Nair", ("ben@x.example",)),
    ],
)
def test_a_row_that_could_be_two_people_is_nobody_until_a_person_says_so(
    name: str, addresses: tuple[str, ...]
):
    assert found(name, *addresses) == (Found.AMBIGUOUS, None)


@pytest.mark.parametrize(
    "name", ["Priya Nayr", "Priya", "P Nair", "Pria Nair", "Nair", "Priya Nair Smith", ""]
)
def test_nobody_is_matched_by_likeness(name: str):
    assert found(name) == (Found.UNKNOWN, None)


def test_who_delivers_or_runs_the_meeting_is_no_learner_unless_booked():
    assert found("Tom Trainer")[0] == Found.STAFF
    assert found("Somebody", "tom@x.example")[0] == Found.STAFF
    assert found("Olga", organises=True)[0] == Found.STAFF
    assert found("Priya Nair", organises=True) == (Found.MATCHED, 1)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Nair, Priya", "priya nair"),
        ("Priya NAIR (she/her)", "priya nair"),
        ("O\u2019Brien, Se\u00e1n (External)", "sean obrien"),
        ("[County] Anna-Maria Smith", "anna maria smith"),
        ("\u0141ukasz Wi\u015bniewski - Guest", "lukasz wisniewski"),
        ("Jane Doe (Unverified) (Guest)", "jane doe"),
        ("JANE DOE (EXT)", "jane doe"),
        ("\uff2a\uff21\uff2e\uff25 Doe", "jane doe"),
        ("(Guest)", ""),
    ],
)
def test_names_are_compared_without_what_meetings_add(written: str, plain: str):
    assert normalised(written) == plain


@given(st.text(max_size=60))
def test_a_normalised_name_stays_as_it_is(name: str):
    assert normalised(normalised(name)) == normalised(name)


def test_telephones_are_known():
    assert is_telephone("+44 1632 96****") and is_telephone("01632 960123")
    assert not is_telephone("Sam 4") and not is_telephone("Sam Lee")


def test_suggestions_are_those_a_person_may_mean_likeliest_first():
    known = [
        Known(number, normalised(name))
        for number, name in enumerate(
            ["Samuel Lee", "Lee Samuel", "Elizabeth Barnes", "Priya Nair", "Jon Smythe", "Xavier Quill"]
        )
    ]
    assert suggestions(["samuel lee"], known)[:2] == [0, 1]
    assert suggestions(["sam lee"], known) == [0, 1]
    assert suggestions(["liz barnes"], known) == [2]
    assert suggestions(["priya nayr"], known) == [3]
    assert suggestions(["jon smyth"], known) == [4]
    assert suggestions(["dr priya nair"], known) == [3]
    assert suggestions(["somebody else"], known) == []


SPANS = st.lists(
    st.tuples(st.integers(-120, 300), st.integers(0, 240)).map(lambda p: Span(at(p[0]), at(p[0] + p[1]))),
    max_size=8,
)
SUMS = st.lists(
    st.tuples(st.integers(-120, 300), st.integers(0, 240), st.integers(0, 20000)).map(
        lambda p: Span(at(p[0]), at(p[0] + p[1]), p[2])
    ),
    max_size=3,
)


@given(SPANS, SUMS, st.integers(0, 40000))
def test_nobody_is_longer_in_a_session_than_it_lasts(spans: list[Span], sums: list[Span], stated: int):
    result = present([*spans, *sums], stated, START, END)
    assert 0 <= result.seconds <= 180 * 60
    minutes = minutes_of(result, START, END)
    assert minutes.there + minutes.late + minutes.early == 180
    assert min(minutes) >= 0
    assert minutes.there == -(-result.seconds // 60)


@given(SPANS, st.randoms())
def test_the_union_of_times_is_every_second_once(spans: list[Span], random: object):
    shuffled = list(spans)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert joined(shuffled) == joined(spans)
    seconds = {
        minute
        for span in spans
        for minute in range(
            int((span.start - START).total_seconds() // 60), int((span.end - START).total_seconds() // 60)
        )
    }
    assert length(joined(spans)) == 60 * len(seconds)
    inside = {minute for minute in seconds if 0 <= minute < 180}
    assert present(spans, 0, START, END).seconds == 60 * len(inside)


def test_a_mark_says_late_early_and_counts_breaks():
    first_hour, last_hour = Span(at(10), at(60)), Span(at(90), at(170))
    minutes = minutes_of(present([first_hour, last_hour], 0, START, END), START, END)
    assert (minutes.there, minutes.late, minutes.early, minutes.enough) == (130, 10, 40, False)


@pytest.mark.parametrize(("there", "enough"), [(144, True), (143.9, True), (143, False), (180, True)])
def test_four_fifths_of_the_minutes_are_enough(there: float, enough: bool):
    assert minutes_of(present([Span(at(0), at(there))], 0, START, END), START, END).enough is enough


def placed(text: str, *sittings: Sitting, name: str = "a.csv") -> Placed:
    """A file, placed for an event of these sessions."""
    return place(File(name, name, read_report(as_teams_saves(text))), sittings or [MORNING])


DELEGATES = [PRIYA, BEN, OTHER_BEN]


def reviewed(
    files: Iterable[Placed], *sittings: Sitting, title: str = "Neglect", **decided: int | None
) -> Review:
    """What files say of the delegates."""
    return review(list(files), sittings or [MORNING], DELEGATES, [TOM], dict(decided), now=NOW, title=title)


def call(*guests: Guest, opted_out: int = 0, title: str = "Neglect", **more: object) -> Call:
    """A meeting of the morning."""
    return Call(title, guests, START, END, opted_out=opted_out, **more)  # type: ignore[arg-type]


def stayed(name: str, email: str, *times: tuple[float, float]) -> Guest:
    """Somebody who was there at these times."""
    return Guest(name, email, tuple(Stay(at(a), at(b)) for a, b in times))


def test_a_person_with_two_devices_and_two_names_is_there_once():
    guests = [stayed("Priya Nair", "priya@x.example", (0, 100)), stayed("Priya Nair (Guest)", "", (50, 150))]
    found = reviewed([placed(teams_2022(call(*guests)))])
    cell = found.there(1, 1)
    assert cell is not None and cell.minutes.there == 150
    assert any("more than once" in said for said in found.remarks)


def test_one_meeting_of_two_sessions_is_cut_to_each():
    guests = [stayed("Priya Nair", "priya@x.example", (-10, 400))]
    found = reviewed([placed(teams_2022(call(*guests)), MORNING, AFTERNOON)], MORNING, AFTERNOON)
    assert [found.there(1, n).minutes.there for n in (1, 2)] == [180, 120]  # type: ignore[union-attr]
    assert found.covered == {1, 2}


def test_a_meeting_that_was_restarted_is_two_files_of_one_session():
    first = placed(teams_2022(call(stayed("Priya Nair", "priya@x.example", (0, 80)))), name="1.csv")
    second = placed(teams_2022(call(stayed("Nair, Priya", "priya@x.example", (85, 180)))), name="2.csv")
    for files in ([first, second], [second, first]):
        found = reviewed(files)
        cell = found.there(1, 1)
        assert cell is not None and (cell.minutes.there, cell.minutes.early) == (175, 5)
        assert "1 person is in more than one file: their times are joined." in found.remarks


def test_the_same_rows_twice_say_nothing_more():
    one = placed(teams_2021(call(stayed("Priya Nair", "priya@x.example", (0, 80)))))
    again = one._replace(file=one.file._replace(name="b.csv", fingerprint="b"))
    assert reviewed([one, again]).presences == reviewed([one]).presences


def test_what_does_not_add_up_is_said():
    guests = [stayed("Priya Nair", "priya@x.example", (0, 180)), stayed("+44 1632 96****", "", (0, 10))]
    said = " ".join(reviewed([placed(teams_2022(call(*guests, opted_out=1)))]).remarks)
    assert "The file says 3 attended and names 2 (2 rows): 1 person may have opted out" in said
    assert "1 person joined by telephone" in said
    assert "another course" not in said and "no word of it" not in said


def test_a_meeting_of_another_title_is_questioned():
    found = reviewed([placed(teams_2022(call(stayed("X Y", "", (0, 9)), title="Budget review")))])
    assert any("\u201cBudget review\u201d" in said and "no word of it" in said for said in found.remarks)


def test_a_meeting_of_another_day_is_not_used():
    elsewhere = Sitting(1, START + timedelta(days=30), END + timedelta(days=30))
    one = placed(teams_2022(call(stayed("Priya Nair", "priya@x.example", (0, 180)))), elsewhere)
    found = review([one], [elsewhere], DELEGATES, [], {}, now=NOW)
    assert one.other_day == date(2026, 11, 26)
    assert not found.presences and not found.matches
    assert "another meeting: it began on 26 November 2026" in found.remarks[0]


def test_a_day_that_could_be_two_is_asked_and_counts_once_answered():
    may, april = (
        Sitting(
            n,
            from_london(day, time(9, 30)),
            from_london(day, time(12, 30)),
        )
        for n, day in ((1, date(2026, 5, 4)), (2, date(2026, 4, 5)))
    )
    guest = Guest("Priya Nair", "priya@x.example", (Stay(may.starts_at, may.ends_at),))
    text = teams_2022(Call("Neglect", (guest,), may.starts_at, may.ends_at, written=american))
    asked = placed(text, may, april)
    assert asked.ask == "order"
    assert not reviewed([asked], may, april).presences
    answered = place(asked.file, [may, april], order=Order.MONTH)
    assert set(reviewed([answered], may, april).presences) == {(1, 1)}


def test_durations_without_times_belong_to_the_only_session_or_are_asked_for():
    text = zoom_unique(call(stayed("Priya Nair", "priya@x.example", (0, 200))), block=False)
    cell = reviewed([placed(text)]).there(1, 1)
    assert cell is not None and (cell.minutes.there, cell.present.first) == (180, None)
    asked = placed(text, MORNING, AFTERNOON)
    assert asked.ask == "session"
    answered = place(asked.file, [MORNING, AFTERNOON], session_id=2)
    assert set(reviewed([answered], MORNING, AFTERNOON).presences) == {(1, 2)}


def test_a_list_without_times_or_durations_marks_nobody():
    text = "2. Participants\r\nName\tEmail\tRole\r\nPriya Nair\tpriya@x.example\tPresenter\r\n"
    found = reviewed([placed(text)])
    assert not found.presences
    assert any("neither when nor for how long" in said for said in found.remarks)


def test_who_was_there_only_outside_the_event_is_said_and_not_there():
    guests = [stayed("Priya Nair", "priya@x.example", (-60, -30)), stayed("X Y", "", (0, 180))]
    found = reviewed([placed(teams_2022(call(*guests)))])
    assert found.there(1, 1) is None
    assert any("1 person was in the meeting only outside" in said for said in found.remarks)


def test_what_a_person_decides_holds():
    files = [
        placed(teams_2022(call(stayed("Ben Archer", "", (0, 180)), stayed("Gatecrasher", "", (0, 180)))))
    ]
    by_name = {m.attendee.name: m.attendee.key for m in reviewed(files).matches}
    found = reviewed(files, **{by_name["Ben Archer"]: 3, by_name["Gatecrasher"]: None})
    assert {m.attendee.name: (m.found, m.booking_id) for m in found.matches} == {
        "Ben Archer": (Found.MATCHED, 3),
        "Gatecrasher": (Found.LEFT_OUT, None),
    }
    assert set(found.presences) == {(3, 1)}
