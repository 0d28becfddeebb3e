"""A charge in a sentence, for the person whose it is. Pure."""

from ...booking.models import Charge
from ...booking.prices import KINDS, pounds

STANDS = {
    "proposed": "Not invoiced yet: the training team looks at it first.",
    "approved": "Approved: your agency gets an invoice.",
    "exported": "Given to finance: your agency gets an invoice.",
}


def charge_words(charge: Charge) -> str:
    """Place: £45, purchase order PO 77. Not invoiced yet ..."""
    if charge.state == "waived":
        return f"{KINDS[charge.kind]}: {pounds(charge.pence)}. Nothing to pay: {charge.why}"
    order = f", purchase order {charge.purchase_order}" if charge.purchase_order else ""
    return f"{KINDS[charge.kind]}: {pounds(charge.pence)}{order}. {STANDS[charge.state]}"
