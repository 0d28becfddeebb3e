"""Numbers as they are typed, and texts short enough to be sent."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.notifications.phones import fits, fitting, length, mobile_of, parts, plain


@pytest.mark.parametrize(
    "typed",
    [
        "07700 900123",
        "07700-900-123",
        " +44 7700 900123 ",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "447700900123",
        "(07700) 900.123",
        "０７７００９００１２３",
    ],
)
def test_a_mobile_number_is_one_however_it_is_typed(typed: str):
    assert mobile_of(typed) == "+447700900123"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "01632 960001",
        "020 7946 0000",
        "0770090012",
        "077009001234",
        "070 0900 1234",
        "07600 900123",
        "+33 6 12 34 56 78",
        "ask Sam: 07700 900123",
        "07700 900123 or 07700 900124",
        "7700900123",
        "٠٧٧٠٠٩٠٠١٢٣x",
        "none",
    ],
)
def test_a_landline_and_nonsense_are_no_mobile_number(typed: str):
    assert mobile_of(typed) == ""


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_number_in_e164_or_none(typed: str):
    found = mobile_of(typed)
    assert found == "" or (
        found[:4] == "+447" and found[1:].isascii() and found[1:].isdigit() and len(found) == 13
    )
    assert mobile_of(found) == found


@given(
    st.integers(0, 99_999_999), st.sampled_from("1234578 9".replace(" ", "")), st.text(" -.()", max_size=3)
)
def test_every_mobile_number_is_found_with_blanks_and_either_beginning(rest: int, second: str, between: str):
    digits = f"7{second}{rest:08d}"
    for start in ("0", "+44", "0044"):
        assert mobile_of(f"{start}{between}{digits[:4]}{between}{digits[4:]}") == f"+44{digits}"


def around(before: str, after: str, link: str) -> Callable[[str], str]:
    """A wording with a title and a link in it."""
    return lambda title: f"{before} {title} {after} {link}"


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_a_text_is_short_enough_whatever_the_course_and_place_are_called(title: str, after: str, last: str):
    link = "https://training.northshire.example/join/kZ0p6bJXv1Qe2c9d"
    text, cut = fitting(around("Northshire SCP training:", after, link), title, link)
    assert fits(text)
    assert text.endswith(link)
    assert "\n" not in text
    assert cut or plain(title) in text
    assert fits(fitting(lambda title: f"{title} {link} {title} {last}", title, link)[0])
    assert fits(fitting(lambda title: f"{title} {after} {last}", title, link)[0])


@pytest.mark.parametrize("typed", ["a\x85\x1b\rb", "a \u200b b", "a \u00a8b", "a\tb\nc"])
def test_what_is_left_out_of_a_text_leaves_one_blank_at_most(typed: str):
    assert "  " not in plain(typed)
    assert plain(plain(typed)) == plain(typed)


def test_the_title_is_cut_before_anything_else():
    link = "https://x.example/1"
    text, cut = fitting(around("NSCP:", "has changed.", link), "Neglect and harm " * 20, link)
    assert cut
    assert text.endswith("... has changed. https://x.example/1")
    assert 300 <= length(text) <= 306
    text, cut = fitting(around("NSCP:", "It is over. " * 40, link), "Neglect and harm", link)
    assert cut
    assert text.startswith("NSCP: Neglect and... It is over.")
    assert text.endswith(" https://x.example/1")


def test_a_text_is_in_the_alphabet_of_telephones_as_far_as_it_can_be():
    text, cut = fitting(
        around("NSCP:", "has changed.", "https://x.example/1"),
        "Siân’s “Neglect” – Łódź…",
        "https://x.example/1",
    )
    assert text == 'NSCP: Sian\'s "Neglect" - Lodz... has changed. https://x.example/1'
    assert not cut
    assert fitting(around("NSCP:", "müde", "x"), "Café", "x") == ("NSCP: Café müde x", False)
    assert length("€") == 2
    assert length("東") == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("東" * 70, 1),
        ("東" * 71, 2),
        ("€" * 81, 2),
    ],
)
def test_a_text_goes_out_in_parts_of_what_networks_take(text: str, number: int):
    assert parts(text) == number
