"""Fields that the forms about members share."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length, NumberRange, Optional

from ...pool.membership import Details
from ...pool.models import PoolApplication, PoolMember
from ...web.whole_number import WholeNumber
from ..course_desk.fields import Lines, one_line, tidied

LONGEST_AREA, MOST_AREAS = 60, 30


class DetailsForm(FlaskForm):
    """What is known of a member, or what somebody writes who would like to be one."""

    days_offered = WholeNumber(
        "Days a year",
        wrong="Enter a whole number of days, like 3",
        validators=[Optional(), NumberRange(0, 200, "Enter a number of days from 0 to 200")],
        description="How many days of a reporting year. Empty: not agreed.",
    )
    areas = Lines("Areas", description="Where they would go, a line for each: Mansfield, Newark ...")
    in_the_room = BooleanField("In the room")
    virtual = BooleanField("Virtual")
    phone = StringField(
        "Telephone",
        validators=[Length(max=40, message="Use at most 40 characters")],
        description="For the training team, when something comes up on the day.",
    )
    about = TextAreaField(
        "Experience",
        validators=[Length(max=2000, message="Use at most 2,000 characters")],
        description="For the training team. Write nothing about a child or a family.",
    )

    def validate_areas(self, field: Lines) -> None:
        """A list of places, not a text."""
        if len(field.data or ()) > MOST_AREAS:
            raise ValidationError(f"Enter at most {MOST_AREAS} areas")
        if any(len(area) > LONGEST_AREA for area in field.data or ()):
            raise ValidationError(f"Keep each area to {LONGEST_AREA} characters")

    def validate_virtual(self, field: BooleanField) -> None:
        """Somewhere they have to deliver."""
        if not (field.data or self.in_the_room.data):
            raise ValidationError("Choose in the room, virtual, or both")

    def details(self) -> Details:
        """The same as it is written down."""
        return Details(
            days_offered=self.days_offered.data,
            areas=tuple(self.areas.data or ()),
            in_the_room=bool(self.in_the_room.data),
            virtual=bool(self.virtual.data),
            phone=one_line(self.phone.data),
            about=tidied(self.about.data),
        )


def known(row: PoolMember | PoolApplication) -> dict[str, Any]:
    """What such a form begins with."""
    return {name: getattr(row, name) for name in Details.__dataclass_fields__}


def not_ahead(day: date | None, today: date) -> None:
    """Refuse a day that is yet to come."""
    if day is not None and day > today:
        raise ValidationError("Enter a day that is not in the future")
