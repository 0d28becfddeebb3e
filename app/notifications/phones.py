"""Mobile numbers as networks take them, and texts short enough to be sent. Pure."""

import re
import unicodedata

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


def mobile_of(typed: str) -> str:
    """A mobile number of the United Kingdom as +447700900123; "" for a landline and for what is no number."""
    digits = BETWEEN.sub("", unicodedata.normalize("NFKC", typed))
    if digits.startswith("+440"):  # as in +44 (0)7700 900123
        digits = "+44" + digits[4:]
    before = next((start for start in BEFORE if digits.startswith(start)), None)
    rest = digits[len(before) :] if before else ""
    return f"+44{rest}" if rest.isascii() and MOBILE.fullmatch(rest) else ""


def plain(text: str) -> str:
    """A text in the alphabet of GSM, as far as its letters have a place there."""
    one_line = " ".join(text.translate(PLAIN).split())
    return "".join(c if c in GSM or c in TWICE else without_accent(c) for c in one_line)


def without_accent(letter: str) -> str:
    """The letter without its accent, if that is in the alphabet; else as it is. Nothing for a control character."""
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn"):
        return ""
    base = unicodedata.normalize("NFKD", letter)[:1]
    return base if base in GSM else letter


def length(text: str) -> int:
    """How many characters a text costs; one that needs the other alphabet is as long as its UTF-16."""
    if all(c in GSM or c in TWICE for c in text):
        return len(text) + sum(c in TWICE for c in text)
    return len(text.encode("utf-16-be")) // 2


def fits(text: str) -> bool:
    """Whether it goes out as two parts at most."""
    in_alphabet = all(c in GSM or c in TWICE for c in text)
    return length(text) <= (LONGEST if in_alphabet else LONGEST_OTHER)


def fitted(before: str, title: str, after: str, link: str) -> str:
    """ "{before}{title}{after} {link}", its title (then what follows it) cut so that it fits; the link stays whole."""
    before, title, after = plain(before) + " ", plain(title), plain(after)
    for cut in range(len(title), 11, -1):
        shown = title if cut == len(title) else title[:cut].rstrip() + "..."
        text = f"{before}{shown} {after} {link}"
        if fits(text):
            return text
    shown = title if len(title) <= 11 else title[:11].rstrip() + "..."
    while after and not fits(f"{before}{shown} {after} {link}"):
        after = after[:-1]
    return f"{before}{shown} {after} {link}" if after else f"{shown} {link}"
