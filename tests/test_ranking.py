"""Whom to ask first, who is not eligible, and what an event lacks: the rules, whatever the facts."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.pool import ranking
from app.pool.crew import Crew, Need, is_filled, shortfalls
from app.pool.ranking import Facts, Occasion

DAY = date(2027, 1, 12)
IN_THE_ROOM = Occasion(first=DAY, last=DAY, in_the_room=True, virtual=False, areas=frozenset({"Mansfield"}))
ONLINE = Occasion(first=DAY, last=DAY, in_the_room=False, virtual=True)
days = st.none() | st.dates(DAY - timedelta(days=30), DAY + timedelta(days=30))
people = st.builds(
    Facts,
    name=st.text("abc", min_size=1, max_size=3),
    may=st.sampled_from(["lead", "co"]),
    agency_there=st.booleans(),
    minutes=st.integers(0, 2000),
    last=days,
)


@given(st.lists(people, max_size=8), st.randoms())
def test_the_order_does_not_depend_on_where_somebody_stood_before(found: list[Facts], shuffled: object):
    other = list(found)
    shuffled.shuffle(other)  # type: ignore[attr-defined]
    assert sorted(found, key=ranking.order) == sorted(other, key=ranking.order)


@given(people, people)
def test_each_ground_decides_only_where_those_before_it_do_not(one: Facts, other: Facts):
    first = min(one, other, key=ranking.order)
    second = other if first is one else one
    grounds = [
        (first.may == "lead", second.may == "lead"),
        (not first.agency_there, not second.agency_there),
        (-first.minutes, -second.minutes),
        (-(first.last or date.min).toordinal(), -(second.last or date.min).toordinal()),
    ]
    decisive = next(((mine, theirs) for mine, theirs in grounds if mine != theirs), None)
    assert decisive is None or decisive[0] > decisive[1]


def test_lead_then_agency_then_days_then_longest_ago():
    base = Facts(name="x", may="lead", minutes=720, last=DAY)
    ranked = [
        replace(base, name="never", minutes=360, last=None),
        replace(base, name="long ago", minutes=360, last=DAY - timedelta(days=400)),
        replace(base, name="lately", minutes=360),
        replace(base, name="more days"),
        replace(base, name="same agency", minutes=0, agency_there=True),
        replace(base, name="co", may="co", minutes=0),
    ]
    backwards = ranked[::-1]
    assert sorted(backwards, key=ranking.order) == ranked


def test_each_obstacle_has_its_sentence():
    fine = Facts(name="Tom", may="lead")
    assert ranking.obstacles(fine, IN_THE_ROOM) == () == ranking.obstacles(fine, ONLINE)
    before, after = DAY - timedelta(days=1), DAY + timedelta(days=1)
    cases = (
        ({"may": "", "approved_until": before}, "Approval for this course ran out on 11 January 2027."),
        ({"may": "", "approved_from": after}, "Approval for this course begins on 13 January 2027."),
        ({"may": ""}, "Is not approved to deliver this course."),
        ({"may": "", "of_the_pool": False}, "Is not in the training pool."),
        ({"may": "observing"}, "May observe this course, not deliver it."),
        ({"released_until": before}, "Release by their manager ran out on 11 January 2027."),
        ({"leaves_on": before}, "Leaves the pool on 11 January 2027."),
        ({"areas": ("Rushcliffe",)}, "Does not travel to Mansfield."),
        ({"in_the_room": False}, "Delivers online only."),
        ({"clashes": ("Delivers Sleep then.",)}, "Delivers Sleep then."),
    )
    for given_, said in cases:
        assert ranking.obstacles(replace(fine, **given_), IN_THE_ROOM) == (said,)
    assert ranking.obstacles(replace(fine, virtual=False), ONLINE) == ("Delivers in the room only.",)


@given(days)
def test_a_release_lasts_through_its_last_day(until: date | None):
    told = ranking.obstacles(Facts(name="Tom", may="lead", released_until=until), ONLINE)
    assert bool(told) == (until is not None and until < DAY)


def test_areas_are_compared_as_people_write_them_and_unknown_ones_keep_nobody_away():
    for areas in ((), ("MANSFIELD ",), ("Ashfield", "mansfield")):
        assert ranking.obstacles(Facts(name="Tom", may="co", areas=areas), IN_THE_ROOM) == ()
    there = replace(IN_THE_ROOM, areas=frozenset())
    assert ranking.obstacles(Facts(name="Tom", may="co", areas=("Ashfield",)), there) == ()


def test_who_may_lead_covers_every_part_and_who_observes_only_that():
    found = {
        may: [p for p in ranking.DELIVERY_PARTS if ranking.covers(may, p)]
        for may in ("lead", "co", "observing", "")
    }
    assert found == {
        "lead": ["lead", "co", "observing"],
        "co": ["co", "observing"],
        "observing": ["observing"],
        "": [],
    }


def test_reasons_are_words():
    facts = Facts(name="Tom", may="lead", agency="Hill NHS Trust", minutes=540, days_offered=4, last=DAY)
    assert (
        ranking.reasons(facts)
        == "May lead · Hill NHS Trust · 1.5 of 4 days this year · last on 12 January 2027"
    )
    assert (
        ranking.reasons(Facts(name="Tom", may="co"))
        == "May co-deliver · 0 days this year · has not delivered yet"
    )


# What an event lacks.

TWO = Need(trainers=2, leads=1, agencies=2)
LEAD, CO = (
    Crew(part="pool", delivers_as="lead", agency="Hill"),
    Crew(part="pool", delivers_as="co", agency="Vale"),
)
crews = st.lists(
    st.builds(
        Crew,
        part=st.sampled_from(["pool", "expert", "guest speaker", "host"]),
        delivers_as=st.sampled_from(ranking.DELIVERY_PARTS),
        agency=st.sampled_from(["Hill", "Vale", ""]),
    ),
    max_size=6,
)


def test_two_from_two_agencies_with_a_lead_lack_nothing():
    assert shortfalls(TWO, [LEAD, CO]) == []


def test_what_is_missing_is_said():
    assert shortfalls(TWO, []) == ["It needs 2 trainers and has none."]
    assert shortfalls(TWO, [LEAD]) == ["It needs 2 trainers and has 1."]
    assert shortfalls(TWO, [CO, replace(CO, agency="Hill")]) == ["Nobody leads."]
    said = "Both trainers come from Hill: 2 agencies are wanted."
    assert shortfalls(TWO, [LEAD, replace(LEAD, delivers_as="co")]) == [said]
    expert = Crew(part="expert", delivers_as="co")
    assert shortfalls(TWO, [LEAD, expert]) == []


@given(crews)
def test_guests_hosts_and_observers_never_change_what_is_said(crew: list[Crew]):
    counted = [one for one in crew if one.counts]
    assert shortfalls(TWO, crew) == shortfalls(TWO, counted)
    assert is_filled(TWO, crew) == (len(counted) >= 2)


@given(crews)
def test_who_comes_never_makes_it_lack_more_trainers(crew: list[Crew]):
    def missing(people: list[Crew]) -> bool:
        return any("trainer" in said and said.startswith("It needs") for said in shortfalls(TWO, people))

    assert missing([*crew, LEAD]) <= missing(crew)
