"""Which columns a file of each kind may have, what else they are called, and which column is which. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .tables import Fault


@dataclass(frozen=True)
class Field:
    """Something a row says: its heading in our own files, what others call it, and an example."""

    key: str
    heading: str
    example: str = ""
    hint: str = ""
    others: tuple[str, ...] = ()


# Ways to say something that every row needs: one of them has to have all its columns.
Needed = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Kind:
    """A kind of file."""

    key: str
    one: str
    many: str
    fields: tuple[Field, ...]
    needed: tuple[Needed, ...]
    about: str  # what loading it does, for who hands it in

    def field(self, key: str) -> Field:
        """The field of that key."""
        return next(field for field in self.fields if field.key == key)

    def is_needed(self, key: str) -> bool:
        """Whether every row needs this field (or, where there is another way to say it, that instead)."""
        return any(key in ways[0] for ways in self.needed)


COURSES = Kind(
    "courses",
    "course",
    "courses",
    (
        Field("title", "Title", "Neglect", others=("course", "course title", "name", "course name")),
        Field(
            "kind",
            "Kind",
            "subject",
            "core, subject, seminar, e-learning or forum",
            ("type", "course type", "category"),
        ),
        Field(
            "delivery",
            "Delivery",
            "classroom",
            "classroom, virtual, blended, e-learning or external",
            ("format", "mode", "method", "delivery method"),
        ),
        Field("level", "Level", "3", "1 to 4", ("course level",)),
        Field("minutes", "Minutes", "180", "How long it takes", ("length", "duration", "duration minutes")),
        Field("summary", "Summary", "Seeing it early, and what to do.", others=("short description",)),
        Field("description", "Description", others=("details", "about", "content", "full description")),
        Field(
            "other_names",
            "Other names",
            "graded care profile; GCP2",
            "Separated by semicolons",
            ("also known as", "keywords", "aliases"),
        ),
        Field(
            "outcomes",
            "Outcomes",
            "recognise neglect; use the tools",
            "Separated by semicolons",
            ("learning outcomes", "objectives", "aims"),
        ),
        Field(
            "audience",
            "Audience",
            "Everybody who works with families",
            others=("who is it for", "target audience"),
        ),
        Field("role_groups", "Role groups", "", "Separated by semicolons; empty: everybody", ("role group",)),
        Field("do_first", "Do first", others=("before the course", "pre course work")),
        Field("themes", "Themes", "Neglect", "Separated by semicolons", ("theme", "topics", "topic")),
        Field("provider", "Provider", "", "For courses booked elsewhere", ("provided by",)),
        Field(
            "provider_url",
            "Provider's link",
            others=("provider link", "provider url", "link", "url", "website"),
        ),
        Field("published", "Published", "yes", "yes or no; empty: yes", ("live", "visible")),
    ),
    ((("title",),), (("kind",),), (("delivery",),)),
    "Each row becomes a course in the catalogue and in this partnership's programme.",
)
VENUES = Kind(
    "venues",
    "venue",
    "venues",
    (
        Field("name", "Name", "Hill Top Centre", others=("venue", "venue name", "place", "building")),
        Field("address", "Address", "1 Hill Road, Northtown", others=("venue address", "street", "location")),
        Field("postcode", "Postcode", "NO1 2AB", others=("post code", "zip")),
        Field(
            "places", "Places", "40", "How many people the room takes", ("capacity", "room capacity", "size")
        ),
        Field(
            "access_notes", "Access", "Level entrance, hearing loop", others=("access notes", "accessibility")
        ),
        Field(
            "notes",
            "Notes",
            "Parking behind the building",
            others=("parking", "directions", "how to find it"),
        ),
        Field("contact", "Contact", "The office", others=("contact name", "contact person")),
        Field(
            "phone",
            "Telephone",
            "01632 960 123",
            others=("phone", "tel", "telephone number", "contact number"),
        ),
    ),
    ((("name",),),),
    "Each row becomes a venue that new dates can choose.",
)
EVENTS = Kind(
    "events",
    "date",
    "dates",
    (
        Field("course", "Course", "Neglect", "Its title, its name in addresses, or another of its names",
              ("course title", "course name", "training", "title", "name")),
        Field("starts", "Starts", "12/05/2027", "The day, perhaps with the time: 12/05/2027 09:30",
              ("date", "start date", "course date", "event date", "day", "session date")),
        Field("start_time", "Start time", "09:30", others=("time", "from", "start", "starts at")),
        Field("ends", "Ends", "12:30", "The time (or day and time) it ends", ("end time", "to", "end", "finish", "ends at", "end date")),
        Field("minutes", "Minutes", "", "How long it takes, instead of when it ends", ("duration", "length")),
        Field("capacity", "Places", "20", others=("capacity", "number of places", "max", "maximum", "spaces", "seats")),
        Field("booking_limit", "Booking limit", "", "Only if more or fewer may book than there are places", ("limit",)),
        Field("venue", "Venue", "Hill Top Centre", "Its name; empty for a virtual one", ("location", "place", "where", "room")),
        Field("joining_url", "Joining link", "", "Shown to those booked", ("link", "url", "meeting link", "teams link", "zoom link")),
        Field("notes", "Notes", "Bring a laptop", "For those who are booked", ("information", "joining instructions")),
        Field("state", "Date is", "published", "draft, published or cancelled; empty: published", ("state", "status")),
        Field("minimum", "Minimum", "8", "Fewer than this is said at the desk", ("minimum number", "min")),
        Field("minimum_by", "Minimum by", "01/05/2027", "The day on which it is said", ("decide by",)),
        Field("by_invitation", "By invitation", "no", "yes or no; empty: no", ("invitation only",)),
        Field("headcount_only", "Headcount only", "no", "yes or no: organisations send numbers", ("numbers only",)),
        Field("reference", "Reference", "NEG-1", "The same in several rows: they are sessions of one date",
              ("event", "event number", "event id", "event code", "code", "course code")),
    ),
    ((("course",),), (("starts",),), (("ends",), ("minutes",)), (("capacity",),)),
    "Each row becomes a date of its course. Nobody is told: who asked to hear of new dates is not written to.",
)  # fmt: skip
BOOKINGS = Kind(
    "bookings",
    "booking",
    "past bookings",
    (
        Field("course", "Course", "Neglect", "Its title, its name in addresses, or another of its names",
              ("course title", "course name", "training", "title", "event", "event name", "event title")),
        Field("starts", "Starts", "12/05/2025", "The day, perhaps with the time: 12/05/2025 09:30",
              ("date", "start date", "course date", "event date", "day", "training date", "session date")),
        Field("start_time", "Start time", "09:30", "Only where a course ran twice on a day", ("time", "from", "start")),
        Field("event", "Event number", "", "Instead of course and day: the number in the address of its page",
              ("event id", "event no")),
        Field("name", "Name", "Priya Patel", others=("full name", "delegate", "delegate name", "person", "attendee",
              "participant", "learner", "attendee name", "learner name")),
        Field("first_name", "First name", "", "Instead of the name, with the last name", ("forename", "given name", "firstname")),
        Field("last_name", "Last name", "", "", ("surname", "family name", "lastname")),
        Field("email", "Email", "priya.patel@northshire.example", "The same address is the same person",
              ("email address", "e mail", "e mail address", "work email", "mail", "delegate email")),
        Field("agency", "Agency", "Northshire County Council", "Its name, or that of a school or setting",
              ("organisation", "organization", "employer", "organisation name", "agency name", "company")),
        Field("setting", "Setting", "", "The school, nursery or practice, where the agency has such",
              ("school", "school or setting", "setting name", "workplace", "practice")),
        Field("new_setting", "New setting", "", "yes, where the setting is to be added to the list", ("add setting",)),
        Field("team", "Team", "", "A team of the agency that is known", ("team name", "department")),
        Field("job_role", "Job role", "Social worker", others=("job title", "role", "position", "post")),
        Field("role_group", "Role group", "", "As it stands in the competency framework", ("competency group",)),
        Field("state", "Where they stand", "Has a place", "Has a place, or Came without a booking",
              ("state", "status", "booking status", "booking state")),
        Field("came", "Came", "came", "came, absent, excused, or walk-in",
              ("attendance", "attended", "outcome", "attendance status", "register", "present", "result")),
        Field("why", "Reason", "", "Why somebody was absent or excused", ("reason for absence", "absence reason", "why")),
        Field("made_at", "Booked at", "01/04/2025", "Empty: the start of the course",
              ("booked on", "date booked", "booking date", "booked", "created")),
    ),
    (
        (("course", "starts"), ("event",)),
        (("name",), ("first_name", "last_name")),
        (("agency",), ("setting",)),
        (("came",),),
    ),
    "Each row becomes a booking on a date that is over, with a mark in its register. People we do not know become "
    "guests without an account. Nobody is written to.",
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.key: kind for kind in (COURSES, VENUES, EVENTS, BOOKINGS)}

# Field -> place of its column in the file.
Columns = Mapping[str, int]


def plain(heading: str) -> str:
    """A heading for comparing: its words in lower case, without signs and remarks in brackets."""
    said = re.sub(r"\([^)]*\)|\*", " ", heading.casefold().replace("'", "").replace("\u2019", ""))
    return " ".join(re.findall(r"\w+", said))


def guessed(headings: Sequence[str], kind: Kind) -> dict[str, int]:
    """Which column is which, by its heading alone: our own names first, then what others call it."""
    free = {plain(heading): place for place, heading in reversed(list(enumerate(headings)))}
    found: dict[str, int] = {}
    for field in kind.fields:
        if plain(field.heading) in free:
            found[field.key] = free.pop(plain(field.heading))
    for field in kind.fields:
        for name in (field.key.replace("_", " "), *field.others):
            if field.key not in found and plain(name) in free:
                found[field.key] = free.pop(plain(name))
    return found


def missing(columns: Columns, kind: Kind) -> dict[str, str]:
    """What no column says although every row needs it: a sentence for each, by the field that would say it."""
    found = {}
    for ways in kind.needed:
        if not any(all(key in columns for key in way) for way in ways):
            wanted = [" and ".join(f"\u201c{kind.field(key).heading}\u201d" for key in way) for way in ways]
            key = next(key for key in ways[0] if key not in columns)
            found[key] = f"No column is chosen for {', or '.join(wanted)}: every row needs it"
    return found


def missing_faults(columns: Columns, kind: Kind, line: int) -> list[Fault]:
    """The same as faults of the line with the headings."""
    return [Fault(line, "", sentence) for sentence in missing(columns, kind).values()]
