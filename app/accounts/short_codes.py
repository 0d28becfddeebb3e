"""Codes that people type from a screen or a mail: short, in capitals, without letters that look alike. Pure."""

import re

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0 and O, no 1, I and L, no U (it looks like V)
# What somebody types who reads one of those after all: there is only one thing they can have meant.
MEANT = str.maketrans({"U": "V"})


def letters(digest: bytes, length: int) -> str:
    """So many letters of the alphabet, each as likely as the others as long as the digest is."""
    number, found = int.from_bytes(digest, "big"), []
    for _ in range(length):
        number, place = divmod(number, len(ALPHABET))
        found.append(ALPHABET[place])
    return "".join(found)


def tidy(typed: str) -> str:
    """A code as it is compared: "k7m-4qx" is K7M4QX."""
    return re.sub(r"[\s\-\u2010-\u2015.]", "", typed).upper().translate(MEANT)


def in_groups(code: str) -> str:
    """A code as it is shown: K7M 4QX, K7MP 4QXT."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"
