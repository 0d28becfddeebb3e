"""Who is asked and when, what counts as an answer, and that nobody is asked twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.attendance.models import Mark
from app.booking.actions import cancel
from app.booking.models import Booking
from app.booking.rules import State
from app.catalogue.models import EventSession
from app.clock import from_london, stopped_at
from app.db import db, writing
from app.errors import Refused
from app.evaluation import rules
from app.evaluation.actions import answer, answers_of
from app.evaluation.asking import events_to_ask
from app.evaluation.loading import load_questionnaires
from app.evaluation.models import Answer, EvaluationRequest, EvaluationResponse
from app.evaluation.questionnaire_files import QuestionText, StageText
from app.evaluation.questionnaires import asked, usual
from app.evaluation.readers import events_to_tell
from app.evaluation.rules import Given
from app.notifications.models import Letter
from app.partnerships.models import PartnershipSetting
from app.records.actions import changing
from app.records.due import due
from app.tallies.actions import differences
from tests.factories import add, make_booking, make_course, make_event, make_partnership, make_person
from tests.mail import letters_of
from tests.statements import count_statements

# Friday 18 December 2026, 9:30 to 12:30; ten working days before: Friday 4 December, 17:00.
STARTS = from_london(date(2026, 12, 18), time(9, 30))
ENDS = STARTS + timedelta(hours=3)
OPENS = from_london(date(2026, 12, 4), time(17))
JOINING = from_london(date(2026, 12, 11), time(17))
MINUTE = timedelta(minutes=1)

ASKED = (
    QuestionText("knowledge", "How do you rate your knowledge?", "rating", needed=True, headline=True),
    QuestionText("pace", "How was the pace?", "choice", options=("too slow", "right", "too fast")),
    QuestionText("comment", "Anything else?", "text"),
)
YEARS = (datetime(2024, 1, 1), datetime(2029, 1, 1))  # noqa: DTZ001
instants = st.datetimes(*YEARS, timezones=st.just(UTC))
texts = st.text(max_size=60)


def settle(event_id: int, now: datetime) -> None:
    """Anything that changes the event at that time."""
    with changing(event_id, now=now):
        pass


def mark(booking: Booking, kind: str = "present", *, at: datetime = ENDS, **minutes: int) -> None:
    """Mark a delegate in every session, as the register does, at a time after the event unless it says so."""
    with changing(booking.event_id, now=at):
        sessions = sa.select(EventSession.id).where(EventSession.event_id == booking.event_id)
        db.session.execute(sa.delete(Mark).where(Mark.booking_id == booking.id))
        for session_id in db.session.scalars(sessions).all():
            db.session.add(
                Mark(booking_id=booking.id, session_id=session_id, mark=kind, marked_at=at, **minutes)
            )


def links(stage: str = "before") -> dict[int, EvaluationRequest]:
    """Everybody's link to a stage, by booking."""
    db.session.rollback()
    rows = db.session.scalars(sa.select(EvaluationRequest).where(EvaluationRequest.stage == stage))
    return {row.booking_id: row for row in rows}


def letters(message: str) -> list[Letter]:
    """The letters of a message, oldest first."""
    return letters_of(message)


def reply(
    request: EvaluationRequest, now: datetime, may_quote: bool = False, **typed: str
) -> EvaluationResponse:
    """Answer by a link."""
    with changing(request.booking.event_id, now=now):
        return answer(request, typed, may_quote=may_quote, now=now)


# Rules


@given(instants, instants)
def test_the_questions_before_open_no_later_than_they_close_unless_the_booking_is_later(
    starts_at: datetime, made_at: datetime
):
    opens_at = rules.before_opens_at(starts_at, made_at, working_days=10)
    assert opens_at >= made_at
    assert opens_at == made_at or opens_at < starts_at - timedelta(days=9)
    assert rules.before_closes_at(starts_at, minutes=30) - starts_at == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("made_at", "opens_at"),
    [(datetime(2026, 11, 2, tzinfo=UTC), OPENS), (STARTS - timedelta(days=2), STARTS - timedelta(days=2))],
)
def test_before_opens_ten_working_days_before_the_start_or_with_the_booking(
    made_at: datetime, opens_at: datetime
):
    assert rules.before_opens_at(STARTS, made_at, working_days=10) == opens_at


def test_the_days_between_christmas_and_new_year_that_nobody_works_do_not_count():
    starts_at = from_london(date(2027, 1, 5), time(9, 30))
    # Back from Tuesday: 4 January, 31, 30, 29 December (28th: Boxing Day's substitute), 24, 23 ... 16 December.
    assert rules.joining_at(starts_at, working_days=5) == from_london(date(2026, 12, 24), time(17))


@given(instants)
def test_once_more_is_the_morning_of_the_third_working_day(told_at: datetime):
    again = rules.again_at(told_at, working_days=3)
    assert timedelta(days=2) < again - told_at < timedelta(days=10)
    assert again.astimezone(from_london(date(2026, 1, 1), time(9)).tzinfo).minute == 0


@pytest.mark.parametrize(
    ("weeks", "stages"),
    [(-0.01, []), (0, ["after"]), (7.99, ["after"]), (8, ["after", "follow-up"]), (52.1, [])],
)
def test_after_opens_at_the_end_and_the_follow_up_eight_weeks_on(weeks: float, stages: list[str]):
    found = rules.asked_since_the_end(ENDS, ENDS + timedelta(weeks=weeks), follow_up_weeks=8)
    assert list(found) == stages


@pytest.mark.parametrize(
    ("given_now", "sentence"),
    [
        ({}, ""),
        ({"now": OPENS - MINUTE}, "not open yet"),
        ({"now": STARTS}, "have closed"),
        ({"has_place": False}, "no longer have a place"),
        ({"stage": "after", "came": False}, "you were not there"),
        ({"stage": "after", "has_place": False}, ""),
    ],
)
def test_a_link_refuses_in_a_sentence_of_its_own(given_now: dict, sentence: str):
    usual_case = {
        "stage": "before",
        "opens_at": OPENS,
        "closes_at": STARTS,
        "now": OPENS,
        "has_place": True,
        "came": True,
    }
    found = rules.refusal(**{**usual_case, **given_now})
    assert sentence in found
    assert bool(found) == bool(sentence)


@pytest.mark.parametrize(
    ("typed", "key", "sentence"),
    [
        ({}, "knowledge", 'Answer "How do you rate your knowledge?"'),
        ({"knowledge": "0"}, "knowledge", "Choose one of the five answers"),
        ({"knowledge": "6"}, "knowledge", "Choose one of the five answers"),
        ({"knowledge": "4.5"}, "knowledge", "Choose one of the five answers"),
        ({"knowledge": "४"}, "knowledge", "Choose one of the five answers"),
        ({"knowledge": "good"}, "knowledge", "Choose one of the five answers"),
        ({"knowledge": "4", "pace": "racing"}, "pace", "Choose one of the answers"),
        ({"knowledge": "4", "comment": "x" * 2001}, "comment", "Shorten your answer"),
        ({"knowledge": "4", "shoe_size": "9"}, "shoe_size", "not asked here"),
    ],
)
def test_an_answer_with_a_fault_is_told_what_to_do(typed: dict[str, str], key: str, sentence: str):
    found = rules.faults(ASKED, typed)
    assert list(found) == [key]
    assert sentence in found[key]


@given(st.dictionaries(st.sampled_from([*(q.key for q in ASKED), "other"]), texts))
def test_whatever_is_typed_is_a_fault_or_an_answer_that_the_database_takes(typed: dict[str, str]):
    if rules.faults(ASKED, typed):
        return
    for one in rules.given(ASKED, typed):
        assert (one.rating in rules.RATINGS) != bool(one.text)
        assert one.text == one.text.strip()


def test_what_is_left_empty_is_no_answer_and_line_ends_are_the_same_everywhere():
    typed = {"knowledge": " 4 ", "pace": "", "comment": " First\r\nsecond \r\n"}
    assert rules.given(ASKED, typed) == [Given("knowledge", 4, ""), Given("comment", None, "First\nsecond")]


# Who gets a link


def test_everybody_booked_gets_a_link_when_the_questions_open_and_not_a_minute_earlier(each_app: Flask):
    event = make_event(starts=STARTS)
    asha, ben = make_booking(event), make_booking(event)
    make_booking(event, state=State.WAITING)
    make_booking(event, state=State.WALK_IN)
    settle(event.id, OPENS - MINUTE)
    assert links() == {}
    assert events_to_ask(OPENS - MINUTE) == []
    assert events_to_ask(OPENS) == [event.id]
    due(stopped_at(OPENS))
    found = links()
    assert found.keys() == {asha.id, ben.id}
    assert (found[asha.id].opens_at, found[asha.id].closes_at) == (OPENS, STARTS + timedelta(minutes=30))
    assert events_to_ask(OPENS) == []


def test_a_late_booking_has_its_link_at_once_and_no_link_comes_when_the_course_has_begun(app: Flask):
    event = make_event(starts=STARTS)
    made_at = STARTS - timedelta(days=1)
    late = make_booking(event, made_at=made_at)
    settle(event.id, made_at)
    assert links()[late.id].opens_at == made_at
    too_late = make_booking(event, made_at=STARTS + timedelta(minutes=31))
    settle(event.id, STARTS + timedelta(minutes=31))
    assert too_late.id not in links()


def test_a_partnership_decides_when_the_questions_open(app: Flask):
    event = make_event(starts=STARTS)
    booking = make_booking(event)
    add(
        PartnershipSetting(
            partnership_id=make_partnership().id,
            key="before_opens_working_days",
            value=2,
            from_on=date(2026, 1, 1),
            set_at=OPENS,
        )
    )
    due(stopped_at(OPENS))
    assert links() == {}
    due(stopped_at(from_london(date(2026, 12, 16), time(17))))
    assert links().keys() == {booking.id}


def test_those_who_came_get_a_link_when_it_is_over_and_another_eight_weeks_on(each_app: Flask):
    event = make_event(starts=STARTS)
    came, stayed_away, walked_in = (
        make_booking(event),
        make_booking(event),
        make_booking(event, state=State.WALK_IN),
    )
    mark(came, at=STARTS)
    mark(stayed_away, "absent", at=STARTS)
    mark(walked_in, at=STARTS)
    assert links("after") == {}
    due(stopped_at(ENDS))
    assert links("after").keys() == {came.id, walked_in.id}
    assert links("follow-up") == {}
    due(stopped_at(ENDS + timedelta(weeks=8)))
    assert links("follow-up").keys() == {came.id, walked_in.id}


def test_a_corrected_register_closes_a_link_and_opens_it_again(app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking)
    assert links("after")[booking.id].closes_at is None
    mark(booking, "absent", at=ENDS + MINUTE)
    assert links("after")[booking.id].closes_at == ENDS + MINUTE
    mark(booking, at=ENDS + 2 * MINUTE)
    assert links("after")[booking.id].closes_at is None


def test_nobody_is_asked_about_a_cancelled_event_or_by_a_course_that_asks_nothing(app: Flask):
    cancelled = make_event(starts=STARTS, state="cancelled", took_place=False)
    silent = make_event(make_course("Silent"), starts=STARTS)
    with writing():
        load_questionnaires([silent.course_id], [StageText("follow-up", "", ASKED)])
    for event in (cancelled, silent):
        booking = make_booking(event)
        assert events_to_ask(OPENS) == []
        settle(event.id, OPENS)
        mark(booking)
    assert (links(), links("after")) == ({}, {})


def test_a_course_made_on_the_site_asks_what_every_course_asks(app: Flask):
    event = make_event(starts=STARTS)
    make_booking(event)
    assert asked(event.course_id, "before") == usual()[0]
    settle(event.id, OPENS)
    assert [asked(event.course_id, stage.stage) for stage in usual()] == list(usual())


def test_a_booking_made_a_moment_after_the_clock_was_read_has_its_link_at_once(app: Flask):
    event = make_event(starts=STARTS)
    booking = make_booking(event, made_at=OPENS + MINUTE)
    settle(event.id, OPENS + MINUTE - timedelta(milliseconds=20))
    assert booking.id in links()


# Answering


def a_link(stage: str = "before", **given_event: object) -> EvaluationRequest:
    """A link that can be answered: before at OPENS, after at ENDS."""
    event = make_event(starts=STARTS, **given_event)
    booking = make_booking(event)
    if stage == "before":
        settle(event.id, OPENS)
    else:
        mark(booking)
    return links(stage)[booking.id]


def test_an_answer_is_kept_with_its_question_and_counted_in_the_tally(each_app: Flask):
    request = a_link("after")
    response = reply(request, ENDS, knowledge="5", overall="4", use="Ask sooner", may_quote=True)
    assert answers_of(response) == [
        Given("knowledge", 5, ""),
        Given("overall", 4, ""),
        Given("use", None, "Ask sooner"),
    ]
    assert (response.may_quote, response.answered_at, response.how) == (True, ENDS, "site")
    assert differences(now=ENDS) == []


def test_the_same_answers_twice_are_one_and_others_are_refused(each_app: Flask):
    request = a_link()
    first = reply(request, OPENS, knowledge="2")
    assert reply(request, OPENS + MINUTE, knowledge="2").id == first.id
    with pytest.raises(Refused, match="Your first answers stand"):
        reply(request, OPENS + MINUTE, knowledge="5")
    db.session.rollback()
    assert db.session.scalars(sa.select(Answer.rating)).all() == [2]


@pytest.mark.parametrize(
    ("now", "sentence"), [(OPENS - MINUTE, "not open yet"), (STARTS + 31 * MINUTE, "have closed")]
)
def test_before_its_opening_and_after_its_closing_nothing_is_written(
    app: Flask, now: datetime, sentence: str
):
    request = a_link()
    with pytest.raises(Refused, match=sentence):
        reply(request, now, knowledge="4")
    db.session.rollback()
    assert db.session.scalars(sa.select(EvaluationResponse)).all() == []


def test_who_gave_the_place_up_and_who_did_not_come_are_refused(app: Flask):
    request = a_link()
    with changing(request.booking.event_id, now=OPENS):
        cancel(request.booking, by=request.booking.person, now=OPENS)
    with pytest.raises(Refused, match="no longer have a place"):
        reply(request, OPENS, knowledge="4")
    db.session.rollback()
    other = a_link("after")
    mark(other.booking, "absent", at=ENDS + MINUTE)
    with pytest.raises(Refused, match="were not there"):
        reply(other, ENDS + MINUTE, knowledge="4", overall="4")


def test_answers_with_faults_never_reach_the_database(app: Flask):
    request = a_link()
    for typed in ({"knowledge": "9"}, {}, {"knowledge": "4", "shoe_size": "9"}):
        with pytest.raises(ValueError, match="faults"):
            reply(request, OPENS, **typed)
        db.session.rollback()


def test_consent_to_be_quoted_without_words_is_no_consent(app: Flask):
    assert reply(a_link("after"), ENDS, knowledge="5", overall="4", may_quote=True).may_quote is False


def test_changed_wording_is_asked_at_once_and_old_answers_keep_their_question(app: Flask):
    request = a_link()
    first = reply(request, OPENS, knowledge="2")
    course_id = request.booking.event.course_id
    with writing():
        load_questionnaires([course_id], [StageText("before", "", ASKED)])
    assert asked(course_id, "before").questions == ASKED
    assert answers_of(first) == [Given("knowledge", 2, "")]


# Letters


def test_joining_details_go_out_five_working_days_before_with_the_questions(each_app: Flask):
    event = make_event(starts=STARTS)
    booking = make_booking(event, make_person("Priya Practitioner"))
    due(stopped_at(OPENS))
    due(stopped_at(JOINING - MINUTE))
    assert letters("joining") == []
    assert events_to_tell(JOINING) == [event.id]
    due(stopped_at(JOINING))
    (letter,) = letters("joining")
    assert letter.to_email == "priya.practitioner@northshire.example"
    assert f"/evaluations/{links()[booking.id].token}" in letter.text
    assert f"/join/{booking.public_id}" in letter.text
    assert letter.expires_at == STARTS
    due(stopped_at(JOINING + MINUTE))
    assert len(letters("joining")) == 1
    assert events_to_tell(JOINING + MINUTE) == []


def test_who_books_later_is_told_at_once_and_nobody_when_it_has_begun(app: Flask):
    event = make_event(starts=STARTS)
    due(stopped_at(JOINING))
    made_at = STARTS - timedelta(hours=3)
    make_booking(event, made_at=made_at)
    due(stopped_at(made_at))
    assert len(letters("joining")) == 1
    make_booking(event, made_at=STARTS - MINUTE)
    due(stopped_at(STARTS))
    assert len(letters("joining")) == 1


def test_who_has_answered_before_is_not_asked_again_in_the_joining_details(app: Flask):
    request = a_link()
    reply(request, OPENS, knowledge="3")
    due(stopped_at(JOINING))
    assert "/evaluations/" not in letters("joining")[0].text


def test_a_venue_stands_in_the_joining_details_and_notes_do(app: Flask):
    from app.catalogue.models import Venue

    event = make_event(starts=STARTS, notes="Parking is behind the hall.", joining_url="")
    venue = add(Venue(name="Village hall", address="High Street", postcode="NS1 2AB"))
    with writing() as session:
        session.execute(sa.update(EventSession).values(venue_id=venue.id))
    make_booking(event)
    due(stopped_at(JOINING))
    text = letters("joining")[0].text
    assert "Village hall, High Street, NS1 2AB" in text
    assert "Parking is behind the hall." in text
    assert "/join/" not in text


def test_a_cancelled_place_gets_no_joining_details_and_takes_a_waiting_letter_back(app: Flask):
    event = make_event(starts=STARTS)
    booking = make_booking(event)
    due(stopped_at(JOINING))
    with changing(event.id, now=JOINING + MINUTE):
        cancel(booking, by=booking.person, now=JOINING + MINUTE, why="Ill")
    assert [letter.state for letter in letters("joining")] == ["withdrawn"]


def test_those_who_came_are_asked_at_the_end_with_news_of_their_certificate(each_app: Flask):
    event = make_event(starts=STARTS)
    through, part = make_booking(event), make_booking(event)
    make_booking(event, state=State.BOOKED)
    mark(through, at=STARTS)
    mark(part, at=STARTS, minutes_late=120)
    due(stopped_at(ENDS - MINUTE))
    assert letters("evaluate") == []
    due(stopped_at(ENDS))
    first, second = letters("evaluate")
    assert "When you have answered, your certificate is ready." in first.text
    assert links("after")[through.id].token in first.text
    assert "certificate" not in second.text
    due(stopped_at(ENDS + MINUTE))
    assert len(letters("evaluate")) == 2


def test_where_the_certificate_does_not_wait_the_letter_leads_to_it(app: Flask):
    course = make_course("Neglect", certificate_waits_for_after=False)
    booking = make_booking(make_event(course, starts=STARTS))
    mark(booking)
    due(stopped_at(ENDS))
    assert "/certificates/" in letters("evaluate")[0].text


def test_a_register_marked_days_late_still_asks_and_one_marked_weeks_ago_does_not(app: Flask):
    booking = make_booking(make_event(starts=STARTS))
    mark(booking, at=ENDS + timedelta(days=20))
    assert events_to_tell(ENDS + timedelta(days=20)) == [booking.event_id]
    assert events_to_tell(ENDS + timedelta(days=40)) == []


def sent(letter: Letter, at: datetime) -> None:
    """What the worker writes down when a letter has left."""
    with writing() as session:
        row = session.get_one(Letter, letter.id)
        row.state, row.sent_at = "sent", at


def test_who_has_not_answered_is_asked_once_more_on_the_third_working_day(app: Flask):
    event = make_event(starts=STARTS)
    silent, quick = make_booking(event), make_booking(event)
    mark(silent)
    mark(quick)
    due(stopped_at(ENDS))
    for letter in letters("evaluate"):
        sent(letter, ENDS)
    reply(links("after")[quick.id], ENDS + MINUTE, knowledge="4", overall="4")
    again = from_london(date(2026, 12, 23), time(9))  # Monday, Tuesday, Wednesday
    due(stopped_at(again - MINUTE))
    assert letters("evaluate-again") == []
    due(stopped_at(again))
    (letter,) = letters("evaluate-again")
    assert letter.to_email == silent.person.email
    assert "this is the last time we ask" in letter.text
    due(stopped_at(again + timedelta(days=1)))
    assert len(letters("evaluate-again")) == 1


def test_a_first_letter_that_never_left_is_not_followed_by_another(app: Flask):
    mark(make_booking(make_event(starts=STARTS)))
    due(stopped_at(ENDS))
    due(stopped_at(ENDS + timedelta(days=6)))
    assert letters("evaluate-again") == []


@pytest.mark.parametrize("stage", ["before", "after"])
def test_asking_takes_as_many_statements_for_thirty_as_for_three(app: Flask, stage: str):
    found = []
    for people in (3, 30):
        event = make_event(make_course(f"Course {people}"), starts=STARTS, capacity=40)
        bookings = [make_booking(event) for _ in range(people)]
        with changing(event.id, now=STARTS):
            session_id = db.session.scalars(
                sa.select(EventSession.id).where(EventSession.event_id == event.id)
            ).one()
            if stage == "after":
                db.session.add_all(
                    Mark(booking_id=b.id, session_id=session_id, mark="present", marked_at=STARTS)
                    for b in bookings
                )
        now = OPENS if stage == "before" else ENDS
        with count_statements() as statements:
            settle(event.id, now)
        assert len(links(stage)) >= people
        found.append(len(statements))
    assert found[0] == found[1]
