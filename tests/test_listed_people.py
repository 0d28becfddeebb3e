"""Reading lists of people: pasted, from a mail program, from a table."""

import pytest

from app.booking.listed_people import Line, as_text, lines_of, lines_of_table
from app.errors import Refused

SAM = ("Sam Jones", "sam@x.example")


@pytest.mark.parametrize(
    "text",
    [
        "Sam Jones, sam@x.example",
        "Sam Jones\tSAM@x.example ",
        "sam@x.example; Sam Jones",
        "Sam  Jones <sam@x.example>",
        '"Jones, Sam" <sam@x.example>',
        "Jones, Sam <sam@x.example>",
        "Sam Jones sam@x.example",
        "Sam, Jones, sam@x.example",
        "\n\n  Sam Jones|<sam@x.example>\n",
    ],
)
def test_a_line_holds_a_name_and_an_address_however_it_was_copied(text: str):
    [line] = lines_of(text)
    assert (line.name, line.email) == SAM


def test_headings_are_no_person_and_the_numbers_are_those_of_the_lines():
    found = lines_of("Name,Email\nSam Jones,sam@x.example\n\nPriya Patel,priya@x.example")
    assert found == [Line(2, *SAM), Line(3, "Priya Patel", "priya@x.example")]


def test_a_row_of_addresses_from_a_mail_is_one_person_each():
    found = lines_of("Sam Jones <sam@x.example>; Patel, Priya <priya@x.example>")
    assert [(line.name, line.email) for line in found] == [SAM, ("Priya Patel", "priya@x.example")]


def test_a_line_without_an_address_is_kept_to_say_so():
    assert lines_of("Sam Jones") == [Line(1, "Sam Jones", "")]


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        (("Name", "Email"), ("Sam Jones", "sam@x.example")),
        (("E-mail address", "First name", "Surname name"), ("sam@x.example", "Sam", "Jones")),
        (("Agency name", "Full name", "Work email"), ("Police", "Sam Jones", "Sam@x.example")),
    ],
)
def test_a_table_is_read_by_its_headings(columns: tuple[str, ...], cells: tuple[str, ...]):
    assert lines_of_table(columns, [(7, cells)]) == [Line(7, *SAM)]


def test_a_table_without_addresses_is_refused_in_words():
    with pytest.raises(Refused, match="needs a column called Email"):
        lines_of_table(("Name", "Job"), [(2, ("Sam Jones", "Nurse"))])


def test_two_hundred_people_are_read_and_one_more_is_refused_in_words():
    text = "\n".join(f"Person {n}, p{n}@x.example" for n in range(201))
    assert len(lines_of(text.rpartition("\n")[0])) == 200
    with pytest.raises(Refused, match="The list has 201 people. Book at most 200 at a time"):
        lines_of(text)


@pytest.mark.parametrize("text", ["", "  \n \n", "Name, Email"])
def test_an_empty_list_is_refused_in_words(text: str):
    with pytest.raises(Refused, match="Enter at least one person"):
        lines_of(text)


def test_a_list_can_be_pasted_again():
    found = lines_of("Sam Jones, sam@x.example\nPriya Patel <priya@x.example>")
    assert lines_of(as_text(found)) == found
