"""As what people are on a date, and in which part they deliver: the words of the trainers' pages."""

from wtforms.fields import SelectChoice

PARTS = {
    "pool": "Trainer of the training pool",
    "expert": "Commissioned expert",
    "guest speaker": "Guest speaker",
    "host": "Host who runs the virtual room",
}
IN_PART = {"lead": "Leads", "co": "Co-delivers", "observing": "Observes"}
PART_CHOICES = [
    SelectChoice("lead", "They lead"),
    SelectChoice("co", "They co-deliver"),
    SelectChoice("observing", "They observe: not counted among the trainers"),
]


def part_words(part: str, delivers_as: str) -> str:
    """Leads, trainer of the training pool."""
    if part not in ("pool", "expert"):
        return PARTS[part]
    words = PARTS[part]
    return f"{IN_PART[delivers_as]}, {words[0].lower()}{words[1:]}"
