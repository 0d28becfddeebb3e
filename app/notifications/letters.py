"""Letters: from a wording file to subject, text and HTML, and from a stored letter to the mail that is sent.

A wording file is ``templates/emails/<message>.txt``: "Subject: ..." on its first line, then the signs of
``markup``. It may use every filter of the pages, and ``link("booking.show", public_id=...)`` (or
``link("/bookings/...")``) for an address of ours, with no request needed. A name nothing was handed in for is an
error, not a gap in a letter.
"""

from dataclasses import dataclass, replace
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import current_app
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from ..config import ROOT
from . import sandbox
from .markup import FONT, as_html, as_text, guarded
from .models import Letter, WordingVersion
from .rehearsing import current as rehearsed
from .shipped import TEXT
from .wording_names import label_of
from .wordings import edited


class InOnePiece(UnstructuredHeader, BaseHeader):
    """A header that stays on its line: Python would write an address too long for one as encoded words."""

    def fold(self, *, policy: Any) -> str:
        """As it is; an address has no blanks to break at."""
        return f"{self.name}: {self}{policy.linesep}"


LONGEST_SUBJECT = 300
HEADERS = HeaderRegistry()
HEADERS.map_to_type("list-unsubscribe", InOnePiece)
# Every byte of a mail fits into seven bits, so that no server on the way has to rewrite it.
POLICY = SMTP.clone(cte_type="7bit", header_factory=HEADERS)


class Sender(Protocol):
    """The partnership a letter comes from, as far as letters know it."""

    id: Any
    name: Any
    short_name: Any
    contact_email: Any
    contact_phone: Any


@dataclass(frozen=True)
class Written:
    """What a letter says, in its three forms."""

    subject: str
    text: str
    html: str
    fault: str = ""  # why the partnership's own version could not be used
    version_id: int | None = None


def link(page: str, **values: object) -> str:
    """The whole address of a page of ours: a path, or an endpoint with its values."""
    site: str = current_app.config["SITE_URL"]
    if page.startswith("/"):
        return site + page
    host = urlsplit(site)
    return site + current_app.url_map.bind(host.netloc, url_scheme=host.scheme).build(page, values)


def wordings() -> Environment:
    """The pages' templates and filters, but strict, and guarding what is put into the wording."""
    found: Environment | None = current_app.extensions.get("wordings")
    if found is None:
        found = current_app.jinja_env.overlay(
            undefined=StrictUndefined,
            finalize=lambda value: value if isinstance(value, Markup) else guarded(value),
            autoescape=False,
        )
        current_app.extensions["wordings"] = found
    return found


def messages() -> list[tuple[str, str]]:
    """Every message there is a wording for, with its label: ("booking-cancelled", "Booking cancelled")."""
    found: list[tuple[str, str]] | None = current_app.extensions.get("messages")
    if found is None:
        folder = ROOT / "templates"
        names = [f.stem for f in folder.glob("emails/*.txt") if "\nSubject:" in "\n" + f.read_text()]
        names += [TEXT + f.stem for f in folder.glob("texts/*.txt")]
        labelled = sorted(((name, label_of(name)) for name in names), key=lambda one: one[1].casefold())
        found = current_app.extensions["messages"] = labelled
    return found


def write(message: str, **context: Any) -> Written:
    """Fill in the wording of a message: the partnership's own, or what ships.

    Raises TemplateNotFound or UndefinedError for a mistake of ours. A mistake in an edited wording loses no letter:
    the shipped one is used, and ``fault`` says what was wrong.
    """
    context = {"choose_link": ""} | context | {"link": link, "site": current_app.config["SITE_URL"]}
    rehearsal, fault, version = rehearsed.get(), "", in_force(message, context)
    if rehearsal and rehearsal.draft and rehearsal.wording == message:
        return written(sandbox.filled_in(rehearsal.draft.subject, rehearsal.draft.text, context), context)
    if version is not None:
        try:
            return written(sandbox.filled_in(version.subject, version.text, context), context)
        except Exception as error:  # whatever it is: the letter has to go out
            fault = f"{type(error).__name__}: {error}"
    found = written(wordings().get_template(f"emails/{message}.txt").render(**context), context)
    return replace(found, fault=fault, version_id=version.id) if version is not None else found


def in_force(message: str, context: dict[str, Any]) -> WordingVersion | None:
    """The partnership's own version of a wording, where it has one."""
    partnership_id = getattr(context.get("partnership"), "id", None)
    return edited(partnership_id).get(message) if partnership_id is not None else None


def written(wording: str, context: dict[str, Any]) -> Written:
    """A wording that was filled in, in its three forms. Raises ValueError for one without a subject of use."""
    first, _, body = wording.lstrip().partition("\n")
    subject = " ".join(as_text(first.removeprefix("Subject:")).split())
    if not first.startswith("Subject:") or not subject:
        raise ValueError("The letter has no subject.")
    if len(subject) > LONGEST_SUBJECT:
        subject = subject[: LONGEST_SUBJECT - 1] + "…"
    foot = wordings().get_template("emails/foot.txt").render(**context)
    framed = current_app.jinja_env.get_template("emails/frame.html").render(
        **context, font=FONT, subject=subject, body=Markup(as_html(body)), foot=Markup(as_html(foot))
    )
    return Written(subject, f"{as_text(body)}\n-- \n{as_text(foot)}", framed)


def mime(letter: Letter) -> EmailMessage:
    """The mail: text and HTML to choose from; an invite also as a calendar part and as a file.

    The Message-ID is the letter's own on every attempt, so that a reader who gets it twice can tell.
    """
    mail = EmailMessage(policy=POLICY)
    mail["Subject"] = letter.subject
    mail["To"] = address(letter.to_name, letter.to_email)
    for name, value in letter.headers.items():
        mail[name] = value
    mail["Date"] = letter.queued_at
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text, cte="quoted-printable")
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar:
        attach_calendar(mail, letter.calendar, letter.calendar_method)
    return mail


def attach_calendar(mail: EmailMessage, calendar: str, method: str) -> None:
    """The invite as readers look for it: last of the alternatives, and once more as a file."""
    mail.add_alternative(calendar.encode(), maintype="text", subtype="calendar", cte="base64")
    part: Any = mail.get_payload(-1)
    part.replace_header("Content-Type", f"text/calendar; charset=utf-8; method={method}")
    mail.make_mixed()
    mail.add_attachment(
        calendar.encode(), maintype="application", subtype="ics", filename="invite.ics", cte="base64"
    )


def address(name: str, email: str) -> Address:
    """A name and an address for a header, blanks folded; a line break in either cannot get through."""
    return Address(display_name=" ".join(name.split()), addr_spec=email)


def sender(partnership: "Sender | None") -> dict[str, str]:
    """The headers that say who writes, and where an answer goes."""
    ours: str = current_app.config["MAIL_FROM"]
    if partnership is None:
        return {"From": str(address("Roundtable", ours))}
    headers = {"From": str(address(f"{partnership.short_name} training", ours))}
    if partnership.contact_email and partnership.contact_email != ours:
        headers["Reply-To"] = str(address(f"{partnership.short_name} training", partnership.contact_email))
    return headers
