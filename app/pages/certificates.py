"""``/certificates/<public_id>``: a certificate for its holder, and the check that it is real for anybody."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from ..accounts.rules import Role
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..clock import london_day
from ..db import db
from ..notifications.letters import link
from ..records.models import Certificate
from ..records.paper import PangoMissing, as_pdf
from ..web.access import current_partnership, public, viewer
from ..web.filters import listed, long_date
from ..web.printing import as_printed, cannot_print
from ..web.problems import problem
from ..web.trail import record_view

pages = Blueprint("certificates", __name__)


def certificate_or_404(public_id: str) -> Certificate:
    """The certificate with everything that stands on it."""
    found = db.session.scalar(
        sa.select(Certificate)
        .where(Certificate.public_id == public_id)
        .options(
            joinedload(Certificate.booking).options(
                joinedload(Booking.person),
                joinedload(Booking.event).options(joinedload(Event.course), joinedload(Event.host)),
            )
        )
    )
    return found or abort(404)


def may_see_name(certificate: Certificate) -> bool:
    """Whether the viewer is its holder, or an administrator of the partnership that held the course."""
    who, booking = viewer(), certificate.booking
    if who is None:
        return False
    ours = booking.event.host_id == current_partnership().id
    return who.person.id == booking.person_id or (ours and who.may(Role.ADMINISTRATOR))


def told(certificate: Certificate) -> dict[str, Any]:
    """What stands on a certificate, besides the name."""
    event = certificate.booking.event
    sessions = db.session.execute(
        sa.select(EventSession.starts_at, EventSession.ends_at)
        .where(EventSession.event_id == event.id)
        .order_by(EventSession.starts_at)
    ).all()
    seconds = sum((row.ends_at - row.starts_at).total_seconds() for row in sessions)
    return {
        "certificate": certificate,
        "event": event,
        "course": event.course,
        "host": event.host,
        "days": days_in_words([london_day(row.starts_at) for row in sessions]),
        "minutes": int(seconds) // 60,
        "address": link("certificates.show", public_id=certificate.public_id),
    }


def days_in_words(days: list[date]) -> str:
    """12 January 2027; 12 January 2027 and 19 January 2027."""
    return listed([long_date(day) for day in dict.fromkeys(days)])


@pages.get("/certificates/<public_id>")
@public
def show(public_id: str) -> ResponseReturnValue:
    """For the holder everything; for everybody else whether it is real, without the name."""
    certificate = certificate_or_404(public_id)
    who, person = viewer(), certificate.booking.person
    if not may_see_name(certificate):
        return render_template("certificates/check.html", **told(certificate))
    own = who is not None and who.person.id == person.id
    if not own:
        record_view(person, what="certificate")
    return render_template("certificates/show.html", holder=person.name, own=own, **told(certificate))


@pages.get("/certificates/<public_id>.pdf")
def pdf(public_id: str) -> ResponseReturnValue:
    """The certificate to print, for its holder and administrators."""
    certificate = certificate_or_404(public_id)
    if not may_see_name(certificate):
        abort(403)
    if certificate.withdrawn_at:
        sentence = "This certificate was withdrawn, because the register of the course was corrected."
        return problem(410, sentence, heading="There is no certificate any more")
    record_view(certificate.booking.person, what="certificate")
    page = render_template(
        "certificates/paper.html", holder=certificate.booking.person.name, **told(certificate)
    )
    try:
        content = as_pdf(page, "certificate.css", identifier=public_id)
    except PangoMissing as lacking:
        return cannot_print(
            str(lacking),
            "The certificate is safe, but this site cannot make PDFs at the moment. You can print its page instead.",
            back=f"/certificates/{public_id}",
            label="Back to the certificate",
        )
    return as_printed(content, f"certificate-{certificate.booking.event.course.slug}.pdf")
