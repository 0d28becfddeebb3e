"""Mobile numbers as networks take them, and texts short enough to be sent. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from ..clock import in_london

# What people write between the digits of a number.
BETWEEN = re.compile(r"[\s().\-\u2010-\u2015\u2212/\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
# 07 and nine digits; 070 are personal numbers and 076 pagers (but 07624 is the Isle of Man).
MOBILE = re.compile(r"7(?:[1-57-9]\d{8}|624\d{6})")
BEFORE = ("+44", "0044", "44", "0")

GSM = frozenset(
    "@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
TWICE = frozenset("^{}\\[~]|€")  # in the alphabet too, at twice the length
PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u2032\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2026": "...",
        "\u00a0": " ",
        "\u00b7": "-",
        "Ł": "L",
        "ł": "l",
        "Đ": "D",
        "đ": "d",
        "Œ": "OE",
        "œ": "oe",
        "ı": "i",
    }
)
# Two parts of a text: 153 characters each in the alphabet of GSM, 67 in any other.
LONGEST, LONGEST_OTHER = 306, 134
SHORTEST_TITLE = 11
Reader = TypeVar("Reader")


def mobile_of(typed: str) -> str:
    """A mobile number of the United Kingdom as +447700900123; "" for a landline and for what is no number."""
    digits = BETWEEN.sub("", unicodedata.normalize("NFKC", typed))
    if digits.startswith("+440"):  # as in +44 (0)7700 900123
        digits = "+44" + digits[4:]
    before = next((start for start in BEFORE if digits.startswith(start)), None)
    rest = digits[len(before) :] if before else ""
    return f"+44{rest}" if rest.isascii() and MOBILE.fullmatch(rest) else ""


def each_once(readers: Iterable[Reader], number: Callable[[Reader], str]) -> list[Reader]:
    """Those of them with a number, the first of those who have the same."""
    found: dict[str, Reader] = {}
    for reader in readers:
        if mobile := number(reader):
            found.setdefault(mobile, reader)
    return list(found.values())


def plain(text: str) -> str:
    """A text in the alphabet of GSM, as far as its letters have a place there."""
    one_line = " ".join(text.translate(PLAIN).split())
    kept = "".join(c if c in GSM or c in TWICE else without_accent(c) for c in one_line)
    return " ".join(kept.split())  # what was left out may have stood between two blanks


def without_accent(letter: str) -> str:
    """The letter without its accent, if that is in the alphabet; else as it is. Nothing for a control character."""
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base in GSM else letter


def is_in_alphabet(text: str) -> bool:
    """Whether all of it can be written in the alphabet of GSM."""
    return all(c in GSM or c in TWICE for c in text)


def length(text: str) -> int:
    """How many characters a text costs; one that needs the other alphabet is as long as its UTF-16."""
    if is_in_alphabet(text):
        return len(text) + sum(c in TWICE for c in text)
    return len(text.encode("utf-16-be")) // 2


def fits(text: str) -> bool:
    """Whether it goes out as two parts at most."""
    return too_long_by(text) <= 0


def too_long_by(text: str) -> int:
    """By how many characters it is too long for two parts; 0 or less when it fits."""
    return length(text) - (LONGEST if is_in_alphabet(text) else LONGEST_OTHER)


def parts(text: str) -> int:
    """As how many parts it is sent and charged for."""
    alone, joined = (160, 153) if is_in_alphabet(text) else (70, 67)
    return 1 if length(text) <= alone else -(-length(text) // joined)


def in_parts(text: str) -> str:
    """How long it is, for whoever looks at it before it goes: 174 characters: goes out as 2 parts."""
    number, unit = length(text), "character" if length(text) == 1 else "characters"
    said = f"{number} {unit}: goes out as {'one part' if parts(text) == 1 else f'{parts(text)} parts'}"
    if is_in_alphabet(text):
        return said
    others = "".join(dict.fromkeys(c for c in text if c not in GSM and c not in TWICE))
    return f"{said}. It has room for half as much as usual, because of “{others[:10]}”"


def fitting(fill: Callable[[str], str], title: str, end: str) -> tuple[str, bool]:
    """A text that is short enough, and whether something was cut: ``fill`` writes it around a title.

    The title is cut first, then what stands around the link ``end``, which stays whole.
    """
    title = plain(title)
    shown, keep = title, len(title)
    text = plain(fill(shown))
    while not fits(text) and keep > SHORTEST_TITLE:
        keep = max(SHORTEST_TITLE, keep - max(1, too_long_by(text)))
        shown = title[:keep].rstrip() + "..."
        text = plain(fill(shown))
    return (text, shown != title) if fits(text) else (cut_around(text, end), True)


def cut_around(text: str, end: str) -> str:
    """The text cut until it fits: first what follows the link, then what stands before it."""
    before, found, after = text.rpartition(end) if end and end in text else (text, "", "")
    while after and not fits(before + found + after):
        after = after[: -max(1, too_long_by(before + found + after))]
    before = before.rstrip()
    while before and not fits(f"{before} {found}{after}"):
        before = before[: -max(1, too_long_by(f"{before} {found}{after}"))].rstrip()
    return f"{before} {found}{after}".strip()


def short_times(starts_at: datetime, ends_at: datetime, now: datetime) -> str:
    """today 9:30-12:30, or Wed 25 Nov 9:30-12:30."""
    start, end = in_london(starts_at), in_london(ends_at)
    day = "today" if start.date() == in_london(now).date() else f"{start:%a} {start.day} {start:%b}"
    return f"{day} {start.hour}:{start:%M}-{end.hour}:{end:%M}"
