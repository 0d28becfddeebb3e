"""What is wrong with a wording typed on the site, in which line, in plain words. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes

from .shipped import MUST, SIGNS, Shipped, composed, said_in, with_parts
from .wording_checks import SIGNS_ALLOWED, Checker, Wrong

LONGEST_SUBJECT, LONGEST_TEXT = 150, 10_000
WHOLE = -1  # the line of what is not in one line


@dataclass(frozen=True)
class Fault:
    """A mistake: in which line of the text (0: in the subject, ``WHOLE``: in none), and what it is, as a sentence."""

    line: int
    said: str

    def __str__(self) -> str:
        where = {WHOLE: "", 0: "Subject: "}.get(self.line, f"Line {self.line}: ")
        return where + self.said


def faults(subject: str, text: str, shipped: Shipped) -> list[Fault]:
    """What stands in the way of using a wording, first mistake first; [] when it may be used."""
    if found := list(plain_faults(subject, text, by_text=shipped.by_text)):
        return found
    head = WHOLE if shipped.by_text else head_lines(text)
    try:
        tree = SIGNS.parse(composed(subject, text))
        Checker(shipped).check_all(tree)
    except TemplateSyntaxError as error:
        return [Fault(line_in_text(error.lineno, head), in_plain_words(error))]
    except Wrong as wrong:
        return [Fault(line_in_text(wrong.line, head), wrong.said)]
    except RecursionError:
        return [Fault(1, "This is nested too deeply.")]
    return [*lost(tree, shipped)]


def plain_faults(subject: str, text: str, *, by_text: bool = False) -> Iterator[Fault]:
    """What can be said without reading the signs; a text message has no subject."""
    if not by_text:
        yield from subject_faults(subject)
    if not text.strip():
        yield Fault(1, "Write a text.")
    if len(text) > LONGEST_TEXT:
        yield Fault(1, f"A text has at most {LONGEST_TEXT:,} characters; this one has {len(text):,}.")


def subject_faults(subject: str) -> Iterator[Fault]:
    """The same of a subject."""
    if not subject.strip():
        yield Fault(0, "Write a subject.")
    if len(subject.splitlines()) > 1:
        yield Fault(0, "A subject is one line.")
    if len(subject) > LONGEST_SUBJECT and "{" not in subject:
        yield Fault(0, f"A subject has at most {LONGEST_SUBJECT} characters.")
    if len(subject) > 4 * LONGEST_SUBJECT:
        yield Fault(
            0,
            f"This is too long for a subject: with its fields it may have {4 * LONGEST_SUBJECT} characters.",
        )


def head_lines(text: str) -> int:
    """How many lines at the head of the text work something out for the subject too."""
    return len(re.match(r"(?:\s*\{% set [^\n]*%\}\n)*", text)[0].splitlines())  # type: ignore[index]


def line_in_text(line: int, head: int) -> int:
    """A line of the whole as a line of the text; 0 for the subject. ``head`` is ``WHOLE`` where there is no subject."""
    if head == WHOLE:
        return line
    return line if line <= head else 0 if line == head + 1 else max(1, line - 2)


def in_plain_words(error: TemplateSyntaxError) -> str:
    """What the reader of signs complains of, for somebody who never heard of it."""
    said = error.message or ""
    if found := re.search(r"unknown tag '(\w+)'", said):
        return closing(found[1], said) or f"There is no sign {{% {found[1]} %}}. {SIGNS_ALLOWED}"
    if "Unexpected end of template" in said or "unexpected end" in said:
        return "A part that begins with {% if %} or {% for %} is not closed: write {% endif %} or {% endfor %} after it."
    if "unexpected '}'" in said or "expected token 'end of print statement'" in said:
        return "A field is not written as it has to be. It looks like this: {{ course.title }}."
    if "Missing end of comment" in said:
        return "A remark that begins with {# has to end with #}."
    return f"This is not written as it has to be ({said.rstrip('.')}). A field looks like this: {{{{ course.title }}}}."


def closing(tag: str, said: str) -> str:
    """What to say of an end without a beginning; "" for other signs."""
    begins = {"endif": "if", "else": "if", "elif": "if", "endfor": "for"}.get(tag)
    return f"{{% {tag} %}} has no {{% {begins} %}} before it." if begins and "unknown tag" in said else ""


def lost(tree: nodes.Template, shipped: Shipped) -> Iterator[Fault]:
    """What a letter of this wording has to hold and this one does not."""
    trees, _ = with_parts(tree)
    said = {thing for one in trees for thing in said_in(one)}
    gone = [words for thing, words in MUST.items() if thing in shipped.said and thing not in said]
    if gone:
        words = f"{', '.join(gone[:-1])} and {gone[-1]}" if len(gone) > 1 else gone[0]
        what = "text message" if shipped.by_text else "mail"
        yield Fault(WHOLE, f"This {what} has to hold {words}. The shipped text shows how to say it.")
