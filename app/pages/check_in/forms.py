"""What a phone asks for, to know who holds it."""

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from ...accounts.rules import tidy_email
from ...web.mail_address import mail_address


class AddressForm(FlaskForm):
    """Where the link goes."""

    email = StringField(
        "The address you booked with",
        [InputRequired("Enter the address you booked with"), Length(max=254), mail_address],
        filters=[lambda typed: tidy_email(typed) if typed else typed],
    )


class BookingForm(FlaskForm):
    """The code of the booking and whose it is."""

    code = StringField(
        "Your booking code",
        [
            InputRequired("Enter your booking code"),
            Length(max=200, message="Enter the eight letters and digits"),
        ],
        description="Eight letters and digits, such as K7MP 4QXT. They are in the mail with the joining details and on the page of your booking.",
    )
    family_name = StringField(
        "Your family name",
        [InputRequired("Enter your family name"), Length(max=200, message="Enter your family name only")],
    )


class TypedForm(FlaskForm):
    """The code for those without a camera."""

    code = StringField(
        "The code on the screen",
        [InputRequired("Enter the six letters and digits on the screen"), Length(max=40)],
        description="Six letters and digits, such as K7M 4QX",
    )
