"""The messages as people think of them, and what it means that one is not sent. Plain values."""

from ...notifications.message_table import MESSAGES, Message

GROUPS = (
    ("A place, from asking to giving it back", ("booking", "approve", "part-one", "group")),
    ("Before the course", ("joining", "reminder", "changed", "recording")),
    ("After the course", ("evaluate", "certificate", "missed", "follow-up", "refresher")),
    ("Trainers", ("trainer", "cue-sheet", "register-open")),
    ("Managers and agency leads", ("who-went",)),
    ("News", ("new-date", "bulletin", "bulletin-asked", "written")),
    ("Signing in", ("sign-in",)),
)
OTHERS = "Others"

# What is no longer so once a message is switched off.
WITHOUT = {
    "booking": "People who book will no longer get their invite, and nobody hears of a place that came free, of an "
    "offer or of a place that is gone. Only switch this off while you tell people yourselves.",
    "group": "Agency leads who hold places, and organisations that send numbers, hear nothing and get no link.",
    "approve": "Approvers are not asked. Requests wait until somebody at the desk decides or they run out.",
    "changed": "Nobody is told when a date is changed, postponed or cancelled, and calendars keep the old one.",
    "joining": "People get no joining details before the day. The invite and their booking’s page still have them.",
    "reminder": "Nobody is reminded the day before.",
    "recording": "Nobody is told by mail that a date is recorded, or that a recording was removed.",
    "part-one": "Nobody is reminded of part 1. Where places are released without it, people learn that too late.",
    "evaluate": "Nobody is asked what they think, and nobody hears of their certificate.",
    "certificate": "Nobody hears that a correction took their certificate away, or brought it.",
    "missed": "Nobody who did not come is asked why.",
    "follow-up": "Nobody is asked some weeks on what changed, so the report has no figures for it.",
    "trainer": "Trainers are not asked, and hear nothing when they are put on a date or taken off.",
    "cue-sheet": "Trainers get no list the evening before. The register is still on their page.",
    "register-open": "Nobody is chased for a register that is open.",
    "refresher": "Nobody hears that a refresher is due.",
    "who-went": "Leads and managers get no monthly list. The agency’s page still has it.",
    "bulletin": "No bulletin can be sent.",
    "new-date": "Those who asked to be told of a course, and those who were invited, hear nothing.",
    "written": "What you write to people on a date is not sent.",
}


def grouped() -> list[tuple[str, list[Message]]]:
    """Every message of the table under its heading; what no group knows comes last."""
    by_key = {message.key: message for message in MESSAGES}
    known = {key for _, keys in GROUPS for key in keys}
    groups = [(heading, [by_key[key] for key in keys if key in by_key]) for heading, keys in GROUPS]
    left = [message for message in MESSAGES if message.key not in known]
    return [group for group in [*groups, (OTHERS, left)] if group[1]]


def without(message: Message) -> str:
    """What it means that a message is not sent."""
    return WITHOUT.get(message.key, f"Nobody gets “{message.label}” any more.")
