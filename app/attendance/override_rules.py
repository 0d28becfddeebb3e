"""Deciding somebody's outcome by hand: what can be decided, when, by whom. Pure."""

from enum import StrEnum

LONGEST_REASON = 500


class Decision(StrEnum):
    """What a person decides; ``BY_RULE`` takes an earlier decision back."""

    COMPLETED = "completed"
    NOT_COMPLETED = "not completed"
    BY_RULE = "by the rule"


def has_completed(*, came: bool, by_rule: bool, decided: str | None) -> bool:
    """The outcome: who did not come has never completed, whatever was decided; else the decision, else the rule."""
    if not came:
        return False
    return by_rule if decided in (None, Decision.BY_RULE) else decided == Decision.COMPLETED


def refusal(
    *, over: bool, took_place: bool, listed: bool, came: bool, own: bool, decision: Decision, why: str
) -> str:
    """Why this cannot be decided, in a sentence that says what to do; "" when it can."""
    if not took_place:
        return "This event was cancelled, so nobody has completed it."
    if not over:
        return "The outcome can be decided when the last session is over."
    if not listed:
        return "They are not on the register of this event."
    if own:
        return "Nobody decides their own outcome. Ask a colleague, or the training team."
    if not came and decision != Decision.BY_RULE:
        return "The register says that they were not there. Correct the register first."
    if not why.strip():
        return "Say why you decide this"
    if len(why) > LONGEST_REASON:
        return f"Use at most {LONGEST_REASON} characters for the reason"
    return ""
