"""A mail address in a form: every field that asks for one checks it by the same rule."""

from wtforms import Field, Form
from wtforms.validators import StopValidation

from ..accounts.addresses import fault_of


def mail_address(_form: Form, field: Field) -> None:
    """Refuse what mail does not reach, in words that say what to do."""
    fault = fault_of(field.data or "")
    if fault:
        raise StopValidation(fault)
