"""What an administrator writes to people on an event: the form, whom its choices mean, and the text message beside it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from ...booking import texts
from ...booking.delegates import Narrowed, delegates_of, number_of_delegates
from ...catalogue.models import Event
from ...db import db
from ...notifications.phones import is_in_alphabet, length, plain
from ...notifications.texting import texts_are_sent
from ...web.filters import plural

AUDIENCES = {
    "on it": ("Everybody on it", Narrowed()),
    "booked": ("Everybody who has a place", Narrowed(state="booked")),
    "waiting": ("Everybody on the waiting list", Narrowed(state="waiting")),
    "offered": ("Everybody who is offered a place", Narrowed(state="offered")),
    "requested": ("Everybody who has asked for a place", Narrowed(state="requested")),
    "part one": ("Who has a place and part 1 to finish", Narrowed(state="booked", part_one="to do")),
}
CHOSEN = "chosen"


class MessageForm(FlaskForm):
    """What to write, and to whom."""

    to = RadioField("To", [InputRequired("Choose to whom")])
    subject = StringField(
        "Subject",
        [InputRequired("Enter a subject"), Length(max=120, message="Use at most 120 characters")],
        description="The course and its date are added behind it",
    )
    text = TextAreaField(
        "Message",
        [InputRequired("Enter the message"), Length(max=4000, message="Use at most 4,000 characters")],
        description="Begins with \u201cHello\u201d and the person\u2019s name; ends with when, where and their own "
        "booking. Name nobody, and write nothing about a child or a family.",
    )
    by_text = BooleanField("As a text message too")
    short_text = TextAreaField(
        "Text message",
        description="Leave it empty to send the message above, if it is short enough. The course, when it is and a "
        "link to their booking are added.",
    )

    def words(self) -> dict[str, str]:
        """What was typed, line ends as Unix writes them, and what goes to mobiles: "" for nothing."""
        return {
            "subject": " ".join(str(self.subject.data).split()),
            "text": "\n".join(str(self.text.data).splitlines()).strip(),
            "short_text": " ".join((self.short_text.data or self.text.data or "").split())
            if self.goes_by_text
            else "",
        }

    @property
    def goes_by_text(self) -> bool:
        """Whether mobiles were ticked, where there is a way to reach them."""
        return bool(texts_are_sent() and self.by_text.data)

    def fits(self, event: Event, now: datetime) -> bool:
        """Whether what goes to mobiles is short enough; the form says what is too long and how long it may be."""
        short = self.words()["short_text"]
        over = texts.too_long_by(event, short, now=now) if short else 0
        if over > 0:
            self.short_text.errors = [too_long(short, over, own=bool(self.short_text.data))]
        return over <= 0


def too_long(short: str, over: int, *, own: bool) -> str:
    """What to say of a text that is too long: how long it is, and how long it may be."""
    long = length(plain(short))
    room = f"there is room for {max(0, long - over)} beside the course and the link"
    half = "" if is_in_alphabet(plain(short)) else " Letters that telephones do not know leave half the room."
    if not own:
        return f"The message has {long} characters, and in a text message {room}. Write a shorter one here.{half}"
    return f"This has {long} characters, and {room}. Shorten it by {over}.{half}"


def gave_a_number(rows: Sequence[Any], *, of: str = "on this date") -> str:
    """How many of them can be reached by text, and how many cannot."""
    known = sum(texts.has_mobile(row) for row in rows)
    who = "1 person" if len(rows) == 1 else f"the {len(rows)} people"
    if known == len(rows):
        return f"All of {who} {of} gave a mobile number" if known > 1 else "They gave a mobile number"
    return f"Of {who} {of}, {known or 'none'} gave a mobile number and {len(rows) - known} did not"


def form_for(event: Event, kept: Narrowed | None, **given: Any) -> tuple[MessageForm, dict[str, Narrowed]]:
    """The form, and what each choice of it means; audiences without anybody are left out."""
    means = {name: to for name, (_, to) in AUDIENCES.items()}
    form = MessageForm(data={"to": next((n for n, to in means.items() if to == kept), CHOSEN), **given})
    counts = {name: db.session.scalar(number_of_delegates(event.id, to)) or 0 for name, to in means.items()}
    choices = [(name, said, counts[name]) for name, (said, _) in AUDIENCES.items()]
    if kept and kept not in means.values():
        means[CHOSEN] = kept
        number = db.session.scalar(number_of_delegates(event.id, kept)) or 0
        choices.insert(0, (CHOSEN, "Those you have filtered", number))
    form.to.choices = [
        SelectChoice(name, f"{said} ({plural(number, 'person', 'people')})")
        for name, said, number in choices
        if number
    ]
    if texts_are_sent():
        everybody = db.session.execute(delegates_of(event.id, Narrowed())).all()
        form.by_text.description = gave_a_number(everybody)
    return form, means
