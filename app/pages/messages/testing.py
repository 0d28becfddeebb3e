"""A wording tried by its editor: whether it can be filled in, and a test to an address of their own, marked as one."""

from ... import clock
from ...db import new_public_id, writing
from ...notifications.actions import add_once
from ...notifications.rehearsing import Draft
from ...samples.examples import look
from ...samples.table import SAMPLES
from ...web.access import current_partnership, signed_in

WITHOUT = ("calendar", "calendar_method", "thread", "expires_at", "about")

NOT_FILLED_IN = "These words cannot be filled in: a field is written in a way that does not fit it, such as a name as a date."


def why_unfillable(wording: str, about: str, draft: Draft) -> str:
    """Why a row's mail cannot be written in these words, in a sentence; "" when it can, or when it is not the words."""
    ours, now = current_partnership().id, clock.now()
    if wording not in SAMPLES:
        return ""
    try:
        look(wording, about, ours, now=now, draft=draft)
    except Exception as error:  # whatever the typed words lead to is said to whoever typed them
        return "" if fails_anyway(wording, about) else f"{NOT_FILLED_IN} ({error})"
    return ""


def fails_anyway(wording: str, about: str) -> bool:
    """Whether a row's mail cannot be written in the words of now either."""
    try:
        look(wording, about, current_partnership().id, now=clock.now())
    except Exception:
        return True
    return False


def send_to_me(wording: str, about: str, draft: Draft) -> tuple[str, str]:
    """Post the test; what to say of it, and how it went."""
    person, now = signed_in().person, clock.now()
    to_email, to_name = person.email, person.name
    try:
        letter, _ = look(wording, about, current_partnership().id, now=now, draft=draft)
    except Exception as error:  # whatever the typed words lead to is said to whoever typed them
        return f"This mail cannot be written for that row: {error}", "problem"
    if letter is None or not to_email:
        return "There is nobody to write this mail for at the moment.", "notice"
    row = {name: value for name, value in letter.row.items() if name not in WITHOUT}
    row |= {
        "key": f"wording-test:{new_public_id()}",
        "to_email": to_email,
        "to_name": to_name,
        "subject": f"Test: {letter.row['subject']}"[:300],
        "reason": "They sent it to themselves to see how it reads.",
    }
    with writing():
        add_once(row)
    return f"A test is on its way to {to_email}. It holds nobody’s calendar invite.", "success"
