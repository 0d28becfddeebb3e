"""How long somebody was there, as reports write it: "1h 2m 3s", "2 h 44 m", "1 godz. 5 min", "65". Pure."""

import re

from .labels import folded

HOURS = frozenset({"h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "heure", "heures", "hora"})
HOURS |= {"horas", "ora", "ore", "u", "uur", "uren", "t", "tim", "timer", "timmar", "g", "godz", "godzina"}
HOURS |= {"godziny", "godzin", "awr"}
MINUTES = frozenset({"m", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "minuti"})
MINUTES |= {"minut", "minuta", "minuty", "minuter", "minutter", "munud"}
SECONDS = frozenset({"s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde"})
SECONDS |= {"secondes", "segundo", "segundos", "seg", "secondo", "secondi", "seconden", "sekunda"}
SECONDS |= {"sekundy", "sekund", "sekunder", "eiliad"}
UNITS = {
    **dict.fromkeys(HOURS, 3600),
    **dict.fromkeys(MINUTES, 60),
    **dict.fromkeys(SECONDS, 1),
}
PART = re.compile(r"\s*(\d{1,6})\s*([^\W\d_]+)\.?\s*,?")
CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d)")
NUMBER = re.compile(r"\d{1,6}(?:[.,]\d+)?")


def seconds_of(text: str) -> int | None:
    """Seconds of a duration with its units, or as a clock shows it; None for what is neither, in any language."""
    said = folded(text).strip()
    if shown := CLOCK.fullmatch(said):
        hours, minutes, seconds = map(int, shown.groups())
        return 3600 * hours + 60 * minutes + seconds
    total, place, last = 0, 0, 3601
    while place < len(said):
        part = PART.match(said, place)
        size = UNITS.get(part[2]) if part else None
        if part is None or size is None or size >= last:
            return None
        total, place, last = total + int(part[1]) * size, part.end(), size
    return total if said else None


def seconds_of_minutes(text: str) -> int | None:
    """Seconds of a number of minutes; None for no number. With units it is a duration all the same."""
    said = text.strip()
    if NUMBER.fullmatch(said):
        return round(float(said.replace(",", ".")) * 60)
    return seconds_of(said)
