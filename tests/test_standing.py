"""Required courses, as one person or a whole waiting list stands with them."""

import pytest
from flask import Flask

from app.catalogue.models import Course, CourseEquivalent
from app.completions.rules import ADVISED, BY_DEADLINE, TO_BOOK, Requirement, missing
from app.completions.standing import requirements_of
from tests.factories import (
    add,
    make_completion,
    make_course,
    make_evidence,
    make_person,
    make_requirement,
)
from tests.statements import count_statements


def make_pair(strength: str = BY_DEADLINE) -> tuple[Course, Course]:
    """A course and its part 1."""
    course, first = make_course(), make_course("Working Together part 1", delivery="e-learning")
    make_requirement(course, first, strength)
    return course, first


def only(course: Course, person_id: int) -> Requirement:
    """The one requirement of a course, as the person stands with it."""
    (found,) = requirements_of(course.id, [person_id])[person_id]
    return found


def test_a_required_course_is_done_when_it_is_completed_and_not_before(each_app: Flask):
    course, first = make_pair()
    priya, tom = make_person("Priya Shah"), make_person("Tom Hall")
    make_completion(priya, first)
    make_completion(tom, course)  # another course than the one that is required
    found = only(course, priya.id)
    assert (found.title, found.slug, found.delivery) == (first.title, first.slug, "e-learning")
    assert (found.course_id, found.strength, found.done) == (first.id, BY_DEADLINE, True)
    assert not only(course, tom.id).done


@pytest.mark.parametrize("how", ["event", "module", "evidence", "earlier system"])
def test_a_course_counts_however_it_was_completed(app: Flask, how: str):
    course, first = make_pair()
    person = make_person()
    make_completion(person, first, how)
    assert only(course, person.id).done


def test_completing_an_equivalent_counts_and_only_in_the_direction_that_was_said(each_app: Flask):
    course, first = make_pair()
    elsewhere = make_course("Working Together part 1 of a neighbour")
    other = make_course("Another course")
    make_requirement(other, elsewhere)
    person = make_person()
    make_completion(person, elsewhere)
    assert not only(course, person.id).done
    add(CourseEquivalent(course_id=first.id, equivalent_id=elsewhere.id))
    assert only(course, person.id).done
    vera = make_person()
    make_completion(vera, first)
    assert not only(other, vera.id).done


def test_completing_a_course_twice_and_its_equivalent_too_makes_one_requirement(app: Flask):
    course, first = make_pair()
    elsewhere = make_course("Elsewhere")
    add(CourseEquivalent(course_id=first.id, equivalent_id=elsewhere.id))
    person = make_person()
    for done, how in ((first, "module"), (first, "evidence"), (elsewhere, "module")):
        make_completion(person, done, how)
    assert only(course, person.id).done


@pytest.mark.parametrize(("state", "waits"), [("waiting", True), ("accepted", False), ("refused", False)])
def test_evidence_waits_until_it_is_decided(app: Flask, state: str, waits: bool):
    course, first = make_pair()
    person, other = make_person(), make_person()
    make_evidence(person, first, state)
    assert only(course, person.id).evidence_waiting is waits
    assert not only(course, person.id).done
    assert not only(course, other.id).evidence_waiting


def test_the_strictest_requirement_comes_first_and_each_keeps_its_strength(app: Flask):
    course = make_course()
    for title, strength in (("A", ADVISED), ("B", BY_DEADLINE), ("D", TO_BOOK), ("C", TO_BOOK)):
        make_requirement(course, make_course(title), strength)
    person = make_person()
    found = requirements_of(course.id, [person.id])[person.id]
    assert [(row.title, row.strength) for row in found] == [
        ("C", TO_BOOK),
        ("D", TO_BOOK),
        ("B", BY_DEADLINE),
        ("A", ADVISED),
    ]
    assert [row.title for row in missing(found)] == ["C", "D", "B"]  # advice keeps nobody from a place
    assert [row.title for row in missing(found, ADVISED)] == ["A"]


def test_a_whole_waiting_list_is_one_query_like_a_single_person(app: Flask):
    course, first = make_pair()
    make_requirement(course, make_course("Another"), TO_BOOK)
    people = [make_person() for _ in range(30)]
    for person in people[:10]:
        make_completion(person, first)
    found, sent = {}, []
    course_id, everybody = course.id, [person.id for person in people]
    for ids in (everybody[:1], everybody):
        with count_statements() as statements:
            found = requirements_of(course_id, ids)
        sent.append(len(statements))
    assert sent == [1, 1]
    done = [person_id for person_id, rows in found.items() if not missing(rows, BY_DEADLINE)]
    assert done == everybody[:10]
    assert all(len(rows) == 2 for rows in found.values())


def test_everybody_asked_about_is_in_the_answer_also_where_nothing_comes_first(app: Flask):
    course, person = make_course(), make_person()
    assert requirements_of(course.id, [person.id]) == {person.id: ()}
    with count_statements() as statements:
        assert requirements_of(course.id, []) == {}
    assert not statements
