"""What people on a date are given: slides and a reading list for the next course of the practitioner, and for the last."""

from datetime import datetime, timedelta

from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..materials.models import Material, RecordingNotice
from ..pool.models import EventTrainer
from .evidence import one_page
from .rows import Rows
from .seed import public_id

SLIDES = one_page("Slides of the day (invented)")
READ = "https://learning.nspcc.org.uk/case-reviews"


def give_materials(rows: Rows, *, person_id: int, by: int, partnership_id: int, now: datetime) -> None:
    """For the practitioner's next date and for the one that was over last."""
    events = {row["id"]: row for row in rows.of(Event) if row["starts_at"] is not None}
    mine = [
        events[row["event_id"]]
        for row in rows.of(Booking)
        if row["person_id"] == person_id and row["state"] == "booked" and row["event_id"] in events
    ]
    coming = sorted((row for row in mine if row["starts_at"] > now), key=lambda row: row["starts_at"])
    over = sorted((row for row in mine if row["ends_at"] < now), key=lambda row: row["ends_at"])
    shared = {"partnership_id": partnership_id, "added_by_id": by, "added_at": now - timedelta(days=2)}
    for number, event in enumerate([*coming[:1], *over[-1:]], 1):
        file = {"file": SLIDES, "file_size": len(SLIDES), "file_type": "application/pdf"}
        own = {"event_id": event["id"], **shared}
        rows.add(
            Material,
            public_id=public_id("material", 2 * number),
            kind="link",
            title="Case reviews to read beforehand (NSPCC)",
            url=READ,
            shown="booking",
            **own,
        )
        rows.add(
            Material,
            public_id=public_id("material", 2 * number + 1),
            kind="file",
            title="Slides",
            file_name="Slides.pdf",
            shown="before" if event in coming else "after",
            working_days=10 if event in coming else 0,
            **file,
            **own,
        )


def announce_recording(rows: Rows, *, person_id: int, by: int, now: datetime) -> None:
    """The first online date that the trainer delivers from next week on is recorded."""
    online = {row["event_id"] for row in rows.of(EventSession) if row["joining_url"]}
    mine = {row["event_id"] for row in rows.of(EventTrainer) if row["person_id"] == person_id} & online
    ahead = [
        row for row in rows.of(Event) if row["id"] in mine and row["starts_at"] > now + timedelta(days=1)
    ]
    for event in sorted(ahead, key=lambda row: row["starts_at"])[:1]:
        rows.add(
            RecordingNotice,
            event_id=event["id"],
            recorded=True,
            what_for="For people who could not come on the day",
            seen_by="Those who had a place on this date",
            until_on=(event["ends_at"] + timedelta(days=90)).date(),
            said_at=now - timedelta(days=3),
            said_by_id=by,
        )
