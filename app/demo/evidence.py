"""A certificate from elsewhere that waits to be checked: somebody booked on a course has done its part 1 next door."""

from datetime import date, datetime, timedelta

from ..booking.models import Booking
from ..catalogue.models import Event
from ..completions.models import Completion, Evidence
from .modules import FIRST_PART
from .rows import Rows
from .seed import public_id

COURSE = "working-together"
PROVIDER = "Derby and Derbyshire Safeguarding Children Partnership"
HANDED_IN = timedelta(days=-1, hours=16, minutes=20)


def hand_in(rows: Rows, *, courses: dict[str, int], partnership_id: int, now: datetime, as_of: date) -> None:
    """For the last of those with a place on the soonest date whose part 1 is not done; nothing where all have done it."""
    first = courses[FIRST_PART[COURSE]]
    starts = {
        row["id"]: row["starts_at"]
        for row in rows.of(Event)
        if row["course_id"] == courses[COURSE] and row["starts_at"] > now + timedelta(days=7)
    }
    done = {row["person_id"] for row in rows.of(Completion) if row["course_id"] == first}
    places = [
        (starts[row["event_id"]], -row["id"], row["person_id"])
        for row in rows.of(Booking)
        if row["event_id"] in starts and row["state"] == "booked" and row["person_id"] not in done
    ]
    if places:
        rows.add(
            Evidence,
            public_id=public_id("evidence", 1),
            person_id=min(places)[2],
            course_id=first,
            partnership_id=partnership_id,
            provider=PROVIDER,
            completed_on=as_of - timedelta(days=75),
            file_name="Certificate Working Together.pdf",
            file_type="application/pdf",
            file=one_page("Certificate: Working Together, part 1 (an invented one)"),
            handed_in_at=now + HANDED_IN,
        )


def one_page(text: str) -> bytes:
    """A PDF of one page with a line on it; every reader opens it."""
    shown = f"BT /F1 16 Tf 72 720 Td ({text.replace('(', '[').replace(')', ']')}) Tj ET"
    bodies = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    found, places = "%PDF-1.4\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(found))
        found += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(bodies) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(found)}\n%%EOF\n"
    return f"{found}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
