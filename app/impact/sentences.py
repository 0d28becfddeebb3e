"""The figures in sentences, as an annual report says them: counts beside every percentage, a fall like a rise."""

from collections.abc import Mapping
from decimal import Decimal

from .figures import Figure

Figures = Mapping[str, Figure]
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FEW_ANSWERS = Decimal(30)


def count(number: int, one: str, many: str = "") -> str:
    """Three events, 11 events: words up to nine."""
    amount = WORDS[number] if 0 <= number < len(WORDS) else f"{number:,}"
    return f"{amount} {one if number == 1 else many or one + 's'}"


def first_upper(sentence: str) -> str:
    """The sentence with a capital at its beginning."""
    return sentence[:1].upper() + sentence[1:]


def of(figure: Figure) -> str:
    """93.6% (117 of 125)."""
    return f"{figure.value}% ({figure.numerator:,} of {figure.denominator:,})"


def whole(figures: Figures, id: str) -> int:
    """A count by its identifier; 0 where the scope has none."""
    return int(figures[id].value or 0) if id in figures else 0


def delivery(figures: Figures) -> str:
    """How often it ran, for how many, and who came."""
    events = count(whole(figures, "events"), "event was", "events were")
    parts = [f"{events} delivered"]
    if whole(figures, "places_offered"):
        parts.append(f"offering {whole(figures, 'places_offered'):,} places")
    came = whole(figures, "came")
    if came:
        parts.append(f"{came:,} {'practitioner' if came == 1 else 'practitioners'} came")
    sentence = "; ".join([", ".join(parts[:2]), *parts[2:]]) if len(parts) > 1 else parts[0]
    return first_upper(sentence) + "."


def headcount(figures: Figures) -> str:
    """Who came to headcount-only events, as organisations; "" where there are none."""
    if "headcount_came" not in figures:
        return ""
    booked, attended = whole(figures, "organisations_booked"), whole(figures, "organisations_attended")
    people = whole(figures, "headcount_came")
    return f"{attended:,} of {booked:,} organisations that had booked came, with {people:,} people."


def mix(figures: Figures) -> str:
    """The share from outside health."""
    figure = figures["outside_health_percent"]
    if not figure.denominator or figure.value is None:
        return ""
    return f"{of(figure)} of those who came were not from health."


def ratings(figures: Figures) -> str:
    """Before and after, everybody who answered."""
    before, after = figures["good_before_percent"], figures["good_after_percent"]
    what = "rated their own knowledge and skills as good or very good"
    if before.value is not None and after.value is not None:
        return f"Before the course {of(before)} {what}; after it, {of(after)} did."
    if after.value is not None:
        return f"After the course {of(after)} {what}."
    return ""


def matched(figures: Figures) -> str:
    """The change among those who answered both."""
    change = figures["matched_change_points"]
    if change.value is None or change.interval is None:
        return ""
    low, high = change.interval
    direction = "rose" if change.value > 0 else "fell" if change.value < 0 else "stayed the same"
    by = f" by {abs(Decimal(change.value))} points" if change.value else ""
    return (
        f"Among the {change.denominator:,} people who answered both times, this share {direction}{by} "
        f"(95% interval {low} to {high})."
    )


def event_rating(figures: Figures) -> str:
    """How the event was, overall."""
    figure = figures["event_rating_good_percent"]
    return f"{of(figure)} rated the event itself as good or very good." if figure.value is not None else ""


def cautions(figures: Figures) -> list[str]:
    """What a reader should keep in mind with these ratings."""
    found = []
    if figures["good_before_percent"].withheld or figures["good_after_percent"].withheld:
        found.append("Fewer than 5 people answered, so no rating is shown.")
    change = figures["matched_change_points"]
    if change.interval and change.interval[0] <= 0 <= change.interval[1]:
        found.append("The interval holds zero: this change may be chance.")
    response = figures["response_after_percent"]
    if (
        figures["good_after_percent"].value is not None
        and response.value is not None
        and response.value < FEW_ANSWERS
    ):
        found.append(f"Only {of(response)} of those who came answered after.")
    return found


def of_course(figures: Figures) -> list[str]:
    """Everything the figures say of a course."""
    parts = (delivery, headcount, mix, ratings, matched, event_rating)
    return [sentence for part in parts if (sentence := part(figures))]


def given(figures: Figures) -> list[str]:
    """The hours that people of the pool gave, and those of experts apart; nothing where nobody delivered."""
    delivery, preparation, travel = (
        Decimal(figures[f"pool_{kind}_hours"].value or 0) for kind in ("delivery", "preparation", "travel")
    )
    if not delivery and not preparation:
        return []
    apart = f" Travelling took another {travel:,} hours." if travel else ""
    experts = Decimal(figures["external_expert_hours"].value or 0)
    beside = f" External experts gave {experts:,} hours." if experts else ""
    sentence = (
        f"People of the pool gave {delivery:,} hours of delivery and {preparation:,} hours of preparation."
    )
    return [sentence + apart + beside]


def achievements(figures: Figures) -> list[str]:
    """The key achievements of a year."""
    opportunities = whole(figures, "training_opportunities")
    events, modules = (whole(figures, f"training_opportunities_{x}") for x in ("events", "e_learning"))
    found = [
        f"{opportunities:,} training opportunities were taken up across the partnership: {events:,} attendances at "
        f"events and {modules:,} e-learning modules.",
        f"{whole(figures, 'pool_people'):,} people of the multi-agency training pool, from "
        f"{count(whole(figures, 'pool_agencies'), 'agency', 'agencies')}, delivered training in this period, with "
        f"{count(whole(figures, 'external_experts'), 'external expert')} also commissioned.",
        *given(figures),
        f"{whole(figures, 'practitioners_reached'):,} different practitioners came to "
        f"{whole(figures, 'events'):,} events.",
    ]
    if figures["take_up"].value is not None:
        found.append(f"{of(figures['take_up'])} of the places offered were taken up.")
    return found
