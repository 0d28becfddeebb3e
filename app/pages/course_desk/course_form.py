"""The form of a course: everything it says about itself, in the words of those who plan training."""

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ...accounts.rules import ROLE_GROUPS
from ...catalogue import actions
from ...catalogue.rules import APPROVALS, DELIVERIES, KINDS, LEVELS, PART_ONE, STRENGTHS, CourseContent
from ...web.whole_number import WholeNumber
from .fields import Lines, one_line, tidied

STRENGTH_WORDS = {
    "to book": "Needed before booking",
    "by a deadline": "Booked now, finished before the day",
    "advised": "Advised",
}


class RequiredForm(Form):
    """A course that comes before this one."""

    slug = SelectField("Course", default="")
    strength = SelectField(
        "How strictly",
        choices=[SelectChoice(strength, STRENGTH_WORDS[strength]) for strength in STRENGTHS],
        default="advised",
    )


class CourseForm(FlaskForm):
    """Everything a course says about itself."""

    title = StringField(
        "Title",
        [InputRequired("Enter the title"), Length(max=200, message="Use at most 200 characters")],
        [one_line],
    )
    other_names = Lines(
        "Other names people search for", description="Abbreviations and everyday words, one to a line"
    )
    summary = TextAreaField(
        "Summary",
        [Length(max=300, message="Use at most 300 characters")],
        [tidied],
        description="What it is about, in one or two sentences",
    )
    description = TextAreaField(
        "Description",
        [Length(max=8000, message="Use at most 8,000 characters")],
        [tidied],
        description="A blank line makes a new paragraph, “## ” at the beginning of a line a heading, “- ” a list",
    )
    outcomes = Lines("What you will learn", description="By the end you will ... One to a line")
    audience = TextAreaField(
        "Who it is for", [Length(max=1000, message="Use at most 1,000 characters")], [tidied]
    )
    audience_groups = SelectMultipleField(
        "Only for these role groups",
        choices=[SelectChoice(group, group) for group in ROLE_GROUPS],
        description="Tick none if it is for everybody",
    )
    kind = RadioField(
        "Kind of training",
        [InputRequired("Choose the kind of training")],
        choices=[SelectChoice(kind, label) for kind, label in KINDS.items()],
    )
    delivery = RadioField(
        "How it is taught",
        [InputRequired("Choose how it is taught")],
        choices=[SelectChoice(delivery, label) for delivery, label in DELIVERIES.items()],
    )
    level = SelectField(
        "Level",
        choices=[SelectChoice("", "None"), *(SelectChoice(str(n), f"Level {n}") for n in LEVELS)],
    )
    minutes = WholeNumber(
        "Length in minutes", [Optional(), NumberRange(1, 14400, "Enter the length in minutes, 1 or more")]
    )
    do_first = TextAreaField(
        "What to do first", [Length(max=1000, message="Use at most 1,000 characters")], [tidied]
    )
    content_note = TextAreaField(
        "What may be hard to hear",
        [Length(max=1000, message="Use at most 1,000 characters")],
        [tidied],
        description="Which hard subjects come up, and how people are looked after. It is read before booking",
    )
    required = FieldList(FormField(RequiredForm, "Course"), "Courses that come first", max_entries=20)
    part_one = RadioField(
        "If it is not finished by the deadline",
        choices=[SelectChoice(what, label) for what, label in PART_ONE.items()],
        description="For courses that are booked now and finished before the day",
        default="chase",
    )
    equivalents = SelectMultipleField(
        "Other courses that count as this one",
        description="Where this course has to come first, one of these will do",
    )
    approval = RadioField(
        "Who has to agree before somebody has a place",
        choices=[
            SelectChoice("", "Nobody"),
            *(SelectChoice(who, label) for who, label in APPROVALS.items()),
        ],
        default="",
    )
    copies_manager = BooleanField("Send the line manager a copy of mails about the place")
    several_places = BooleanField("One person may have a place on several dates")
    refresh_every_months = WholeNumber(
        "To be refreshed every",
        [Optional(), NumberRange(1, 120, "Enter a number of months from 1 to 120")],
        description="Months after which it has to be done again; empty if it lasts for good. People are told before",
    )
    themes = Lines("Themes", description="The subjects of reviews and audits that it answers, one to a line")
    joining = StringField(
        "How people join",
        [Length(max=200, message="Use at most 200 characters")],
        [one_line],
        description="For example MS Teams",
    )
    provider = StringField("Provider", [Length(max=200, message="Use at most 200 characters")], [one_line])
    provider_url = StringField(
        "The provider’s page", [Length(max=500, message="Use at most 500 characters")], [one_line]
    )
    certificate_waits_for_after = BooleanField(
        "The certificate waits until the questions after the course are answered", default=True
    )
    published = BooleanField("Show it in the catalogue", default=True)

    def validate_description(self, field: TextAreaField) -> None:
        """The page has its own first heading."""
        if re.search(r"^# ", field.data or "", re.MULTILINE):
            raise ValidationError("Begin headings with “## ”")

    def validate_provider(self, field: StringField) -> None:
        """A course of somebody else says whose it is."""
        if self.delivery.data == "external" and not field.data:
            raise ValidationError("Enter whose course it is")

    def validate_provider_url(self, field: StringField) -> None:
        """An address that people can follow."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter an address that begins with https://")

    def content(self) -> CourseContent:
        """What was typed, as a course's content."""
        values: dict[str, Any] = {name: field.data for name, field in self._fields.items()}
        values.pop("csrf_token", None)
        required = {row.slug.data: row.strength.data for row in self.required if row.slug.data}
        lists = {name: tuple(values[name] or ()) for name in actions.LISTS}
        level = int(self.level.data) if self.level.data else None
        others = {"required": required, "equivalents": frozenset(self.equivalents.data or ())}
        return CourseContent(**{**values, **lists, **others, "level": level})


def as_typed(content: CourseContent) -> dict[str, Any]:
    """A course's content as the form shows it."""
    required = [{"slug": slug, "strength": strength} for slug, strength in content.required.items()]
    others = {"required": required, "equivalents": sorted(content.equivalents)}
    return {**vars(content), **others, "level": str(content.level or "")}
