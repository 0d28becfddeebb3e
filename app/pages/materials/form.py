"""The form that adds a material: a file or an address, and from when it is shown."""

from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ... import clock
from ...materials import rules
from ...materials.actions import Wanted
from ...materials.material_files import LARGEST, TYPES, Faulty, FileKind, checked, name_for
from ...web.filters import day
from ...web.whole_number import WholeNumber
from ..course_desk.fields import Day, one_line


class MaterialForm(FlaskForm):
    """A file or a link."""

    kind: FileKind | None = None
    content: bytes = b""
    kept_until: date | None = None  # as people were told of the recording
    title = StringField(
        "What it is",
        [InputRequired("Enter what it is"), Length(max=200, message="Use at most 200 characters")],
        [one_line],
        description="For example Slides, or Case study to read. Nothing about a child or a family",
    )
    file = FileField("A file", description=f"{TYPES}, up to 20 MB")
    url = StringField(
        "Or the address of a page or video",
        [Length(max=800, message="Use at most 800 characters")],
        [one_line],
        description="Beginning with https://",
    )
    is_recording = BooleanField(
        "This is the recording of this date",
        description="An address, shown when it is over, with a last day on which people see it",
    )
    shown = RadioField(
        "From when people see it",
        [InputRequired("Choose from when people see it")],
        choices=[SelectChoice(name, label) for name, label in rules.SHOWN.items()],
        default="booking",
    )
    working_days = WholeNumber(
        "How many working days before",
        [Optional(), NumberRange(0, 60, "Enter a number from 0 to 60")],
        description="If it is shown so many working days before the start",
        default=5,
    )
    only_who_came = BooleanField("Only for those who came")
    until_on = Day(
        "Last day on which they see it (optional)", [Optional()], description="For example 31 3 2027"
    )

    def validate_file(self, field: FileField) -> None:
        """One of the two; what counts is what is in the file."""
        if not field.data and not (self.url.data or "").strip():
            raise ValidationError("Choose a file, or enter an address")
        if not field.data:
            return
        if (self.url.data or "").strip():
            raise ValidationError("Choose a file or enter an address, not both: add two materials instead")
        self.content = field.data.stream.read(LARGEST + 1)
        try:
            self.kind = checked(self.content, field.data.filename or "")
        except Faulty as fault:
            raise ValidationError(str(fault)) from fault
        if self.title.errors:
            raise ValidationError("Choose the file once more: your browser does not keep it")

    def validate_url(self, field: StringField) -> None:
        """An address that leads somewhere."""
        if (field.data or "").strip() and (fault := rules.fault_of_link(field.data)):
            raise ValidationError(fault)

    def validate_is_recording(self, field: BooleanField) -> None:
        """A recording is elsewhere, and is kept no longer than people were told."""
        if field.data and self.file.data:
            raise ValidationError("Enter the address of the recording instead of a file")
        if (
            field.data
            and self.kept_until
            and not (self.until_on.data and self.until_on.data <= self.kept_until)
        ):
            raise ValidationError(
                f"Enter a last day that is not after {day(self.kept_until)}: people were told so"
            )

    def validate_until_on(self, field: Day) -> None:
        """Nobody would ever see it."""
        if field.data and field.data < clock.london_day(clock.now()):
            raise ValidationError("Enter a day that is not over")

    def wanted(self) -> Wanted:
        """The same, once the form is in order."""
        given: dict[str, Any] = {
            "title": self.title.data,
            "shown": self.shown.data,
            "working_days": int(self.working_days.data or 0),
            "only_who_came": bool(self.only_who_came.data),
            "until_on": self.until_on.data,
        }
        if self.kind is None:
            recording = "is_recording" in self and bool(self.is_recording.data)
            given |= {"shown": "after"} if recording else {}
            return Wanted(**given, kind="recording" if recording else "link", url=self.url.data)
        return Wanted(
            **given,
            kind="file",
            file_name=name_for(self.title.data, self.kind),
            file_type=self.kind.media_type,
            content=self.content,
        )
