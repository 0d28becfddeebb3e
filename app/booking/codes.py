"""The code of a booking: what its person types, with their family name, to say on the day that they are here.

Computed from the booking's public id with a key of this installation, so that it can be shown again and nothing is
stored. Within one event two bookings could have the same code in one of a billion cases: the name tells them apart.
"""

from ..accounts.short_codes import in_groups, letters, tidy
from ..accounts.tokens import keyed_hash

LENGTH = 8


def code_of(public_id: str) -> str:
    """The eight letters and digits of a booking."""
    return letters(bytes.fromhex(keyed_hash("booking code", public_id)), LENGTH)


def shown_code(public_id: str) -> str:
    """The same as it stands on a page and in a mail: "K7MP 4QXT"."""
    return in_groups(code_of(public_id))


def is_code_of(typed: str, public_id: str) -> bool:
    """Whether that is what somebody typed: the code, or the booking's reference as it stands in addresses."""
    return tidy(typed) == code_of(public_id) or typed.strip() == public_id
