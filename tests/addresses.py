"""The site's addresses: how each is opened, as whom, and what is typed to get its form wrong.

A new page fails ``tests/test_accessibility.py`` until it stands in ``OPENINGS`` (or, when it is no page, in ``NO_PAGE``).
Names in braces are looked up by ``tests/found.py`` in the database that is open.
"""

import re
from dataclasses import dataclass, field

# What the pages of an empty site can name: it has a partnership, agencies and people with roles, nothing else.
ALWAYS_THERE = frozenset({"person", "agency", "umbrella", "year", "sign_in_link"})


@dataclass(frozen=True)
class Opening:
    """A way to open a page.

    ``typed`` is what is filled in (by field name) before the form's button is pressed, so that it answers 422;
    None: there is no form to get wrong, and ``faultless`` says why where the endpoint takes a form.
    """

    endpoint: str
    address: str
    who: str = "anybody"
    scene: str = ""
    status: int = 200
    typed: dict[str, str] | None = None
    button: str = "main form[method=post] button[type=submit]"
    faultless: str = ""
    names: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(re.findall(r"{(\w+)}", self.address)))

    @property
    def on_an_empty_site(self) -> bool:
        """Whether the page is there when there are no courses, events or letters."""
        return set(self.names) <= ALWAYS_THERE

    @property
    def label(self) -> str:
        """How the page is called in tests and pictures."""
        return f"{self.endpoint}-{self.scene}".strip("-").replace(".", "-").replace(" ", "-")


BUTTON_ONLY = "its form is a button: there is nothing to type"
CHOICES_ONLY = "it only offers choices, and any of them will do"
NOTHING: dict[str, str] = {}
NAME_SOMEBODY = "main form:has(select) button[type=submit]"

SIGNING_IN = (
    Opening("sign_in.ask", "/sign-in", typed=NOTHING),
    Opening("sign_in.ask", "/sign-in?next=/learning", scene="for a page"),
    Opening("sign_in.code", "/sign-in/code", typed=NOTHING),
    Opening("sign_in.code", "/sign-in/code", who="asked", scene="mail sent", typed={"code": "12"}),
    Opening("sign_in.link", "/sign-in/{sign_in_link}", faultless=BUTTON_ONLY),
    Opening("sign_in.link", "/sign-in/not-a-link", scene="no longer good", status=410),
    Opening("sign_in.where_you_work", "/sign-in/where-you-work", who="newcomer", typed=NOTHING),
    Opening("sign_in.about_you", "/sign-in/about-you?agency={agency}", who="newcomer", typed=NOTHING),
    Opening(
        "sign_in.about_you",
        "/sign-in/about-you?agency={umbrella}",
        who="newcomer",
        scene="of a setting",
        typed=NOTHING,
    ),
    Opening("sign_in.demonstration", "/sign-in/demo", faultless=BUTTON_ONLY),
)

ABOUT = tuple(
    Opening(f"about.{name}", f"/{name}") for name in ("about", "accessibility", "privacy", "contact")
)

CATALOGUE = (
    Opening("catalogue.front", "/"),
    Opening("catalogue.courses", "/courses"),
    Opening("catalogue.courses", "/courses?q=county+lines&places=1", scene="found"),
    Opening("catalogue.courses", "/courses?q=xyzzy", scene="nothing found"),
    Opening("catalogue.courses", "/courses", who="practitioner", scene="signed in"),
    Opening("catalogue.programme", "/programme"),
    Opening("catalogue.course", "/courses/{course}"),
    Opening("catalogue.course", "/courses/{course}", who="coordinator", scene="at the desk"),
    Opening("catalogue.course", "/courses/{e_learning}", scene="e-learning"),
    Opening("catalogue.course", "/courses/{external}", scene="external"),
    Opening("catalogue.course", "/courses/{undated}", scene="without a date"),
    Opening("catalogue.event", "/events/{date}"),
    Opening("catalogue.event", "/events/{full_date}", scene="full"),
    Opening("catalogue.event", "/events/{cancelled_date}", scene="cancelled"),
    Opening("catalogue.event", "/events/{booked_date}", who="practitioner", scene="booked"),
    Opening("catalogue.event", "/events/{date}", who="coordinator", scene="at the desk"),
)

BOOKING = (
    Opening("booking.book_place", "/events/{date}/book", who="practitioner", typed={"mobile": "ring me"}),
    Opening(
        "booking.book_place",
        "/events/{full_date}/book",
        who="practitioner",
        scene="full",
        typed={"mobile": "ring me"},
    ),
    Opening("booking.book_place", "/events/{cancelled_date}/book", who="practitioner", scene="refused"),
    Opening("booking.mine", "/bookings", who="practitioner"),
    Opening("booking.show", "/bookings/{booked}", who="practitioner"),
    Opening("booking.show", "/bookings/{waiting}", who="practitioner", scene="waiting"),
    Opening("booking.show", "/bookings/{cancelled}", who="practitioner", scene="cancelled"),
    Opening("booking.show", "/bookings/{past}", who="practitioner", scene="over"),
    Opening("booking.show", "/bookings/{booked}", who="administrator", scene="at the desk"),
    Opening(
        "booking.leave", "/bookings/{booked_late}/cancel", who="practitioner", scene="late", typed=NOTHING
    ),
    Opening("booking.leave", "/bookings/{waiting}/cancel", who="practitioner", scene="waiting"),
    Opening("booking.substitute", "/bookings/{booked}/substitute", who="practitioner", typed=NOTHING),
    Opening("booking.change_date", "/bookings/{booked}/date", who="practitioner", typed=NOTHING),
    Opening(
        "booking.change_date",
        "/bookings/{booked_late}/date",
        who="practitioner",
        scene="late",
        faultless="whether there is another date depends on the day",
    ),
    Opening(
        "booking.give_back",
        "/give-back/{give_back}",
        faultless="a reason is optional, and any text will do",
    ),
    Opening("booking.give_back", "/give-back/{given_back}", scene="given back"),
    Opening("booking.show", "/bookings/{offered}", who="practitioner", scene="offered"),
    Opening("booking.offer", "/bookings/{offered}/offer", who="practitioner", faultless=BUTTON_ONLY),
    Opening(
        "booking.waive_first",
        "/people/{person}/book/{part_one_date}/waive",
        who="administrator",
        typed=NOTHING,
    ),
    Opening("booking.release", "/bookings/{to_finish}/release", who="administrator", typed=NOTHING),
    Opening("booking.waive", "/bookings/{to_finish}/waive", who="administrator", typed=NOTHING),
    Opening("booking.show", "/bookings/{to_finish}", who="administrator", scene="part 1 to finish"),
    Opening("booking.join", "/join/{booked}"),
    Opening("booking.join", "/join/{cancelled}", scene="given up", status=410),
    Opening("booking.tell_me", "/courses/{undated}/interest", who="practitioner", faultless=CHOICES_ONLY),
    Opening("booking.enough", "/enough/{enough}", faultless=BUTTON_ONLY),
    Opening("booking.enough", "/enough/not-a-link", scene="no link", status=404, faultless=BUTTON_ONLY),
    Opening("learning.mine", "/learning", who="practitioner"),
    Opening("evidence.hand_in", "/courses/{part_one}/evidence", who="practitioner", typed=NOTHING),
    Opening("evidence.show", "/evidence/{evidence}", who="practitioner"),
    Opening("my_calendar.show", "/calendar", who="practitioner", faultless=BUTTON_ONLY),
)

MESSAGES = (
    Opening("messages.listing", "/messages", who="coordinator"),
    Opening("messages.words", "/messages/booked", who="coordinator", typed={"text": "{{ cours.title }}"}),
    Opening("messages.words", "/messages/sign-in", who="administrator", scene="to look at"),
    Opening(
        "messages.words",
        "/messages/text-event-changed",
        who="coordinator",
        scene="a text message",
        typed={"text": "{{ cours.title }}"},
    ),
    Opening("messages.version", "/messages/booked/versions/0", who="coordinator"),
    Opening("messages.switch", "/messages/switch/booking", who="coordinator", faultless=BUTTON_ONLY),
    Opening("messages.timings", "/messages/timings", who="coordinator"),
    Opening(
        "messages.timing",
        "/messages/timings/joining_working_days",
        who="coordinator",
        typed={"value": "soon"},
    ),
)

MAIL_CHOICES = (
    Opening("mail_choices.mine", "/account/mail", who="practitioner", faultless=CHOICES_ONLY),
    Opening("mail_choices.unsubscribe", "/unsubscribe/{unsubscribe}", faultless=CHOICES_ONLY),
)

ROOM = (
    Opening(
        "attendance_reports.listing",
        "/events/{open_register}/attendance-reports",
        who="administrator",
        typed=NOTHING,
    ),
    Opening(
        "attendance_reports.report",
        "/events/{open_register}/attendance-reports/{report_to_save}",
        who="administrator",
        faultless=CHOICES_ONLY,
    ),
    Opening(
        "attendance_reports.report",
        "/events/{open_register}/attendance-reports/{saved_report}",
        who="administrator",
        scene="saved",
        faultless=BUTTON_ONLY,
    ),
    Opening("register.my_events", "/my-events", who="trainer"),
    Opening("ledger.own", "/my-events/contribution", who="trainer"),
    Opening("ledger.mine", "/my-events/{delivered}/time", who="trainer", typed={"preparation": "soon"}),
    Opening("ledger.show", "/pool/ledger", who="coordinator"),
    Opening("ledger.show", "/pool/ledger?year=2019-20", who="coordinator", scene="nothing given"),
    Opening("ledger.policy", "/pool/ledger/policy", who="coordinator", typed={"rate": "plenty"}),
    Opening("ledger.person", "/pool/ledger/people/{deliverer}", who="coordinator"),
    Opening(
        "ledger.correct",
        "/pool/ledger/events/{delivered}/{deliverer}",
        who="coordinator",
        typed={"travel": "far"},
    ),
    Opening(
        "register.sheet",
        "/events/{today}/register",
        who="trainer",
        typed={"email": "nobody"},
        button="#walk-in button[type=submit]",
    ),
    Opening(
        "register.sheet_by_link",
        "/registers/{todays_link}",
        typed={"email": "nobody"},
        button="#walk-in button[type=submit]",
    ),
    Opening("register.sheet_by_link", "/registers/not-a-link", scene="not ours", status=404),
    Opening(
        "register.before_closing",
        "/events/{open_register}/register/close",
        who="administrator",
        typed=NOTHING,
    ),
    Opening("check_in.screen", "/events/{today}/check-in", who="trainer", faultless=BUTTON_ONLY),
    Opening("check_in.screen", "/events/{coming}/check-in", who="administrator", scene="to come"),
    Opening("check_in.listing", "/events/{today}/check-ins", who="trainer", faultless=BUTTON_ONLY),
    Opening("check_in.listing", "/events/{coming}/check-ins", who="administrator", scene="nobody"),
    Opening("check_in.type_code", "/check-in", typed={"code": "K7M"}),
    Opening("check_in.phone", "/check-in/{check_in}", typed={"email": "nobody"}),
    Opening("check_in.phone", "/check-in/{check_in}", who="practitioner", scene="without a place"),
    Opening("check_in.phone", "/check-in/not-a-code", scene="wrong code", status=404),
    Opening("check_in.link", "/check-in/link/{check_in_link}", faultless=BUTTON_ONLY),
    Opening("check_in.link", "/check-in/link/not-a-link", scene="no longer good", status=410),
    Opening("check_in.mail_sent", "/check-in/mail-sent"),
    Opening("check_in.done", "/check-in/done", scene="nothing said"),
    Opening("register.sheet", "/events/{closed}/register", who="administrator", scene="closed"),
    Opening("register.sheet", "/events/{coming}/register", who="administrator", scene="to come"),
    Opening("register.sheet", "/events/{headcount}/register", who="administrator", scene="organisations"),
)

OUTCOMES = (
    Opening("missed_places.listing", "/desk/missed-places", who="coordinator", typed={"times": "often"}),
    Opening("cue_sheet.show", "/events/{today}/cue-sheet", who="trainer"),
    Opening("cue_sheet.show", "/events/{headcount}/cue-sheet", who="coordinator", scene="organisations"),
    Opening(
        "cue_sheet.learning_points",
        "/courses/{strategy}/learning-points",
        who="coordinator",
        typed={"points": "x" * 301},
    ),
    Opening(
        "breakout_groups.groups",
        "/events/{today}/breakout-groups",
        who="trainer",
        typed={"number": "many"},
    ),
    Opening("outcomes.listing", "/events/{closed}/outcomes", who="administrator"),
    Opening(
        "outcomes.decide", "/events/{closed}/outcomes/{who_came}", who="administrator", typed={"why": ""}
    ),
    Opening("outcomes.partnership_rule", "/outcome-rule", who="coordinator", typed={"percent": "most"}),
    Opening(
        "outcomes.course_rule",
        "/courses/{strategy}/outcome-rule",
        who="coordinator",
        typed={"percent": "most"},
    ),
    Opening(
        "outcomes.event_rule", "/events/{date}/outcome-rule", who="administrator", typed={"percent": "most"}
    ),
)

AFTERWARDS = (
    Opening("evaluation.questions", "/evaluations/{ask_before}", typed=NOTHING),
    Opening("evaluation.questions", "/evaluations/{ask_after}", scene="after", typed=NOTHING),
    Opening("evaluation.questions", "/evaluations/{answered}", scene="thanks"),
    Opening("evaluation.questions", "/evaluations/{closed_before}", scene="closed", status=409),
    Opening("missed.why", "/missed/{missed}", typed=NOTHING),
    Opening("missed.why", "/missed/{missed_and_said}", scene="thanks"),
    Opening("missed.why", "/missed/{attended}", scene="was there", status=409),
    Opening("certificates.show", "/certificates/{certificate}", who="practitioner"),
    Opening("certificates.show", "/certificates/{certificate}", scene="checked by anybody"),
)

GROUP = (
    Opening("impact.year_dashboard", "/impact", who="lwd-member"),
    Opening("impact.year_dashboard", "/impact?year={year}", who="lwd-member", scene="of a year"),
    Opening("impact.one_figure", "/impact/{course_year}/figures/training_opportunities", who="lwd-member"),
    Opening(
        "impact.one_figure",
        "/impact/{course_year}/figures/good_after_percent?course={strategy}",
        who="lwd-member",
        scene="of a course",
    ),
    Opening("report.years", "/report", who="lwd-member"),
    Opening("report.section", "/report/{year}", who="coordinator"),
    Opening("report.section", "/report/{year}", who="scrutineer", scene="read only"),
    Opening(
        "report.passage",
        "/report/{year}/passages/introduction",
        who="coordinator",
        faultless="any text will do, and an empty one takes the passage out",
    ),
    Opening(
        "report.comments",
        "/report/{year}/comments",
        who="coordinator",
        faultless="any choice of comments will do, none too",
    ),
)

DESK = (
    Opening("desk.today", "/desk", who="administrator"),
    Opening("desk.wanted", "/desk/demand", who="administrator"),
    Opening("desk.today", "/desk", who="coordinator", scene="to a coordinator"),
    Opening(
        "desk.trainers", "/events/{date}/trainers", who="administrator", typed=NOTHING, button=NAME_SOMEBODY
    ),
    Opening("desk.trainers", "/events/{called_date}/trainers", who="administrator", scene="asked"),
    Opening(
        "desk.trainers",
        "/events/{called_date}/trainers",
        who="administrator",
        scene="asking",
        typed=NOTHING,
        button="main form[action$='/ask'] button[type=submit]",
    ),
    Opening(
        "desk.trainers_needed", "/events/{date}/trainers/needs", who="administrator", typed={"trainers": "x"}
    ),
    Opening("desk.filling_settings", "/desk/filling", who="coordinator", typed={"leads_needed": "x"}),
    Opening(
        "desk.substitute_trainer",
        "/events/{their_date}/trainers/{their_trainer}/substitute",
        who="administrator",
        typed=NOTHING,
    ),
    Opening("calls.mine", "/calls", who="trainer"),
    Opening("calls.give_back", "/my-events/{their_date}/give-back", who="trainer", typed=NOTHING),
    Opening(
        "calls.question",
        "/calls/{call_link}",
        typed={"why": "x" * 501},
        button="main form[action$='/no'] button[type=submit]",
    ),
    Opening("calls.question", "/calls/{declined_call}", scene="said no"),
    Opening("calls.question", "/calls/not-a-link", scene="no link", status=404),
    Opening("event_bookings.listing", "/events/{date}/bookings", who="administrator"),
    Opening("event_bookings.listing", "/events/{full_date}/bookings", who="administrator", scene="full"),
    Opening(
        "event_bookings.listing",
        "/events/{full_date}/bookings?state=waiting",
        who="coordinator",
        scene="waiting",
    ),
    Opening(
        "event_bookings.listing", "/events/{date}/bookings?q=xyzzy", who="administrator", scene="nobody found"
    ),
    Opening("event_bookings.find", "/events/{date}/bookings/add", who="administrator"),
    Opening("event_bookings.find", "/events/{date}/bookings/add?q=a", who="administrator", scene="found"),
    Opening("event_bookings.find", "/events/{full_date}/bookings/add?q=a", who="administrator", scene="full"),
    Opening(
        "event_bookings.above",
        "/events/{full_date}/bookings/above/{person}",
        who="administrator",
        typed=NOTHING,
    ),
    Opening("event_bookings.priority", "/bookings/{waiting}/priority", who="administrator", typed=NOTHING),
    Opening("event_bookings.place", "/bookings/{offered}/place", who="administrator", typed=NOTHING),
    Opening("materials.of_event", "/events/{given}/materials", who="administrator", typed=NOTHING),
    Opening("materials.of_event", "/events/{coming}/materials", who="administrator", scene="nothing yet"),
    Opening("materials.of_course", "/courses/{course}/materials", who="coordinator", typed=NOTHING),
    Opening("materials.remove", "/materials/{material}/remove", who="administrator", faultless=BUTTON_ONLY),
    Opening("recording.say", "/events/{coming}/recording", who="administrator", typed=NOTHING),
    Opening("recording.say", "/events/{recorded}/recording", who="trainer", scene="said"),
    Opening("sheets.choose", "/events/{coming}/sheet", who="administrator", typed={"blank_rows": "999"}),
    Opening("event_bookings.paper", "/events/{date}/bookings/print", who="administrator"),
    Opening("evidence.to_check", "/desk/evidence", who="administrator"),
    Opening("evidence.decide", "/desk/evidence/{evidence}", who="administrator", typed=NOTHING),
    Opening(
        "event_invitations.listing",
        "/events/{date}/invitations",
        who="administrator",
        typed={"people": "Sam, no address"},
        button="main form[action$=invitations] button",
    ),
    Opening(
        "event_mix.mix", "/events/{full_date}/mix", who="administrator", typed={"rules-0-places": "many"}
    ),
    Opening("numbers.send", "/events/{forum}/numbers", typed=NOTHING),
    Opening("numbers.change", "/numbers/{numbers}", typed={"expected": "many"}),
    Opening("numbers.change", "/numbers/not-a-link", scene="no link", status=404),
    Opening("numbers.listing", "/events/{forum}/organisations", who="administrator", typed=NOTHING),
    Opening(
        "numbers.write_to_all", "/events/{forum}/organisations/write", who="administrator", typed=NOTHING
    ),
    Opening("event_messages.new", "/events/{date}/messages/new", who="administrator", typed={"subject": ""}),
    Opening("event_messages.show", "/events/{written_date}/messages/{message}", who="administrator"),
    Opening(
        "event_messages.edit",
        "/events/{written_date}/messages/{message}/edit",
        who="administrator",
        typed={"subject": ""},
    ),
    Opening("my_agency.overview", "/my-agency", who="agency-lead"),
    Opening("my_agency.hold", "/events/{date}/places", who="agency-lead", typed={"places": "0"}),
    Opening("my_agency.held", "/my-agency/places/{held_places}", who="agency-lead", typed=NOTHING),
    Opening("booking.group", "/events/{date}/group", who="practitioner", typed=NOTHING),
    Opening("booking.group", "/events/{date}/group", who="agency-lead", scene="of a lead", typed=NOTHING),
    Opening("booking.group", "/events/{date}/group", who="administrator", scene="of staff", typed=NOTHING),
    Opening("my_agency.booking", "/my-agency/bookings/{led}", who="agency-lead"),
    Opening("people.search", "/people", who="administrator"),
    Opening("people.search", "/people?q=xyzzy", who="administrator", scene="nothing found"),
    Opening("people.person", "/people/{person}", who="administrator"),
    Opening("people.person", "/people/{person}", who="coordinator", scene="to a coordinator"),
    Opening("booking.dates_for", "/people/{person}/book", who="administrator"),
    Opening("booking.dates_for", "/people/{person}/book?q=xyzzy", who="administrator", scene="nothing found"),
    Opening(
        "booking.book_for",
        "/people/{person}/book/{date}",
        who="administrator",
        typed={"mobile": "ring me"},
    ),
    Opening("people.note", "/people/{person}/note", who="administrator", typed=NOTHING),
    Opening("people.correct", "/people/{person}/correct", who="administrator", typed={"email": "nobody"}),
    Opening("people.roles", "/people/{person}/roles", who="coordinator", typed=NOTHING),
    Opening("agencies.listing", "/agencies", who="administrator"),
    Opening("agencies.agency", "/agencies/{agency}", who="administrator"),
    Opening("agencies.agency", "/agencies/{umbrella}", who="administrator", scene="umbrella"),
    Opening("course_desk.new_course", "/courses/new", who="coordinator", typed=NOTHING),
    Opening("course_desk.edit_course", "/courses/{course}/edit", who="coordinator", typed={"title": ""}),
    Opening("course_desk.new_event", "/courses/{course}/events/new", who="coordinator", typed=NOTHING),
    Opening("course_desk.edit_event", "/events/{date}/edit", who="coordinator", typed={"capacity": "none"}),
    Opening(
        "course_desk.times", "/events/{date}/times", who="administrator", typed={"sessions-0-starts": ""}
    ),
    Opening("course_desk.clone", "/events/{date}/clone", who="administrator", typed=NOTHING),
    Opening("course_desk.repeat", "/events/{date}/repeat", who="administrator"),
    Opening(
        "course_desk.repeat",
        "/events/{date}/repeat?step=term&times=3",
        who="administrator",
        scene="the dates",
        faultless="the pattern fills in every day",
    ),
    Opening("course_desk.trainer_ill", "/events/{date}/trainer-ill", who="administrator"),
    Opening("course_desk.notice", "/events/{date}/notice", who="administrator"),
    Opening("course_desk.times", "/events/{awaited}/times", who="administrator", scene="no date yet"),
    Opening("catalogue.event", "/events/{awaited}", scene="no date yet"),
    Opening("course_desk.minimum", "/events/{few}/minimum", who="administrator", typed=NOTHING),
    Opening("course_desk.venue_list", "/venues", who="administrator"),
    Opening("course_desk.new_venue", "/venues/new", who="administrator", typed=NOTHING),
    Opening("course_desk.venue", "/venues/{venue}", who="administrator", typed={"name": ""}),
    Opening("course_desk.postpone", "/events/{date}/postpone", who="administrator", typed=NOTHING),
    Opening("course_desk.cancel", "/events/{date}/cancel", who="administrator", typed=NOTHING),
    Opening("outbox.letters", "/outbox", who="administrator"),
    Opening("mailbox.mails", "/mailbox", who="administrator"),
    Opening("mailbox.mails", "/mailbox?show=declined", who="administrator", scene="declined"),
    Opening("mailbox.mails", "/mailbox?show=all", who="administrator", scene="all"),
    Opening("mailbox.mails", "/mailbox?show=machines", who="administrator", scene="machines"),
    Opening("mailbox.release", "/release/{give_back}", faultless=BUTTON_ONLY),
    Opening("mailbox.release", "/release/{given_back}", scene="given back"),
    Opening("bulletin.listing", "/bulletin", who="administrator"),
    Opening(
        "bulletin.edit",
        "/bulletin/{bulletin_draft}/edit",
        who="coordinator",
        typed={"subject": ""},
        button="button[value=stay]",
    ),
    Opening("bulletin.preview", "/bulletin/{bulletin_draft}/preview", who="coordinator"),
    Opening(
        "bulletin.preview",
        "/bulletin/{bulletin_draft}/preview?for=nobody@elsewhere.example",
        who="coordinator",
        scene="of a stranger",
    ),
    Opening(
        "bulletin.send", "/bulletin/{bulletin_draft}/send", who="coordinator", typed={"at": "at noon or so"}
    ),
    Opening("bulletin.show", "/bulletin/{bulletin_sent}", who="administrator"),
    Opening("bulletin.subscribers", "/bulletin/subscribers", who="administrator"),
    Opening(
        "bulletin.subscribers", "/bulletin/subscribers?q=xyzzy", who="administrator", scene="nothing found"
    ),
    Opening("bulletin.subscriber", "/bulletin/subscribers/{subscriber}", who="administrator"),
    Opening("bulletin.subscribe", "/bulletin/subscribe", typed=NOTHING),
    Opening("bulletin.check_mail", "/bulletin/check-mail"),
    Opening("bulletin.confirm", "/bulletin/confirm/{bulletin_link}", faultless=CHOICES_ONLY),
    Opening("bulletin.confirm", "/bulletin/confirm/not-a-link", scene="no longer good", status=410),
    Opening("bulletin.mine", "/bulletin/mine", who="practitioner", faultless=CHOICES_ONLY),
    Opening("bulletin.mine", "/bulletin/mine", who="trainer", scene="not yet", faultless=CHOICES_ONLY),
    Opening("outbox.letters", "/outbox?q=xyzzy", who="administrator", scene="nothing found"),
    Opening("outbox.letter", "/outbox/{letter}", who="administrator"),
    Opening("outbox.pause", "/outbox/pause", who="administrator", typed={"why": ""}),
    Opening("outbox.unreachable", "/outbox/unreachable", who="administrator"),
    Opening(
        "outbox.missed",
        "/outbox/unreachable/{works_again}/missed",
        who="administrator",
        faultless=BUTTON_ONLY,
    ),
)

AGREEING = (
    Opening("approvals.question", "/approvals/{approval_link}"),
    Opening("approvals.question", "/approvals/{settled_link}", scene="settled", status=410),
    Opening("approvals.question", "/approvals/not-a-link", scene="no link", status=404),
    Opening("approvals.decline", "/approvals/{approval_link}/decline", typed=NOTHING),
    Opening("approvals.pass_on", "/approvals/{approval_link}/pass-on", typed={"email": "nobody"}),
    Opening("approvals.hanging", "/desk/approvals", who="administrator"),
    Opening("approvals.decide", "/desk/approvals/{approval}", who="administrator", typed=NOTHING),
    Opening("booking.show", "/bookings/{requested}", who="practitioner", scene="requested"),
    Opening(
        "booking.ask_again", "/bookings/{requested}/approval", who="practitioner", typed={"email": "nobody"}
    ),
)

CHARGES = (
    Opening("charges.listing", "/desk/charges", who="administrator"),
    Opening("charges.listing", "/desk/charges?state=exported", who="coordinator", scene="with finance"),
    Opening("charges.waive", "/desk/charges/{charge}/waive", who="administrator", typed=NOTHING),
    Opening("charges.policy", "/desk/charges/policy", who="coordinator", typed={"half_day": "free"}),
)

IMPORTS = (
    Opening("imports.listing", "/desk/imports", who="coordinator"),
    Opening("imports.hand_in", "/desk/imports/new/bookings", who="administrator", typed=NOTHING),
    Opening(
        "imports.columns",
        "/desk/imports/drafts/{new_draft}/columns",
        who="administrator",
        typed=NOTHING,
        button="main form:has(select) button[type=submit]",
    ),
    Opening("imports.draft", "/desk/imports/drafts/{draft}", who="administrator"),
    Opening("imports.draft", "/desk/imports/drafts/{faulty_draft}", who="administrator", scene="with faults"),
    Opening("imports.batch", "/desk/imports/{batch}", who="administrator"),
    Opening("imports.before_undoing", "/desk/imports/{batch}/undo", who="administrator"),
    Opening(
        "imports.before_undoing", "/desk/imports/{used_batch}/undo", who="administrator", scene="refused"
    ),
)

POOL = (
    Opening("pool.listing", "/pool", who="coordinator"),
    Opening("pool.listing", "/pool?q=nobody+at+all", who="coordinator", scene="nobody like that"),
    Opening("pool.member", "/pool/{member}", who="coordinator"),
    Opening("pool.member", "/pool/{expert}", who="administrator", scene="expert"),
    Opening("pool.edit", "/pool/{member}/edit", who="coordinator", typed={"days_offered": "many"}),
    Opening("pool.approvals", "/pool/{member}/approvals", who="coordinator", typed=NOTHING),
    Opening("pool.away", "/pool/{member}/away", who="coordinator", typed=NOTHING),
    Opening("pool.leaving", "/pool/{member}/leave", who="coordinator", typed={"last": "50"}),
    Opening("desk.name_guest", "/events/{date}/guests", who="administrator", typed=NOTHING),
    Opening("pool.add", "/pool/add", who="coordinator", typed=NOTHING),
    Opening("pool.contracts", "/pool/contracts", who="administrator"),
    Opening("pool.contracts", "/pool/contracts?year=2001-02", who="administrator", scene="none"),
    Opening("pool.new_contract", "/pool/{expert}/contract", who="coordinator", typed=NOTHING),
    Opening(
        "pool.settle_contract",
        "/pool/contracts/{contract}",
        who="coordinator",
        typed={"paid_on": "50"},
        button="main button[value=pay]",
    ),
    Opening("pool.ask_release", "/pool/{member}/release", who="coordinator", typed={"email": "nobody"}),
    Opening("pool.join", "/pool/join?of={member}", who="practitioner", typed=NOTHING),
    Opening(
        "pool.application",
        "/pool/applications/{pool_application}",
        who="coordinator",
        typed=NOTHING,
        button="main button[value=decline]",
    ),
    Opening("pool.release", "/releases/{release_link}"),
    Opening("pool.release", "/releases/not-a-link", scene="no link", status=404),
    Opening("pool.mine", "/my-events/pool", who="practitioner", scene="not in it"),
    Opening("pool.mine", "/my-events/pool", who="trainer", typed={"from_on": "50"}),
    Opening(
        "pool.edit_mine", "/my-events/pool/edit?of={member}", who="trainer", typed={"days_offered": "many"}
    ),
)

OPENINGS = (
    *SIGNING_IN,
    *ABOUT,
    *CATALOGUE,
    *BOOKING,
    *MAIL_CHOICES,
    *MESSAGES,
    *ROOM,
    *OUTCOMES,
    *AFTERWARDS,
    *GROUP,
    *DESK,
    *AGREEING,
    *CHARGES,
    *IMPORTS,
    *POOL,
)

# What answers with something other than a page, and what that is.
NO_PAGE = {
    "pool.sheet": "a sheet",
    "pool.contracts_sheet": "a sheet",
    "messages.example": "a mail as it is sent; test_a_mail_is_accessible looks at mails",
    "my_agency.sheet": "a sheet",
    "mailbox.original": "a mail as a file",
    "booking.calendar_file": "a calendar file",
    "charges.download": "a sheet",
    "evidence.file": "the file somebody handed in",
    "catalogue.course_feed": "a calendar file",
    "catalogue.programme_feed": "a calendar file",
    "my_calendar.feed": "a calendar file",
    "my_calendar.file": "a calendar file",
    "bulletin.html": "a mail as it will be sent; test_a_mail_is_accessible looks at mails",
    "bulletin.sheet": "a sheet",
    "outbox.html": "a mail as it is sent; test_a_mail_is_accessible looks at it",
    "outbox.eml": "a mail as it is sent",
    "outbox.invite": "a calendar file",
    "certificates.pdf": "a PDF document",
    "materials.file": "a file somebody added",
    "sheets.pdf": "a PDF document",
    "event_messages.html": "a mail as it will be sent; test_a_mail_is_accessible looks at mails",
    "event_bookings.sheet": "a spreadsheet",
    "numbers.sheet": "a spreadsheet",
    "event_bookings.sheet_of_year": "a spreadsheet",
    "register.people": "JSON",
    "register.worker": "a script",
    "breakout_groups.sheet": "a sheet",
    "breakout_groups.zoom": "a sheet",
    "imports.faults": "a sheet",
    "imports.template": "a sheet",
    "health.alive": "one word for machines",
    "health.ready": "one word for machines",
    "impact.year_by_path": "leads to the dashboard's address",
    "impact.year_as_json": "JSON",
    "impact.chart": "an SVG picture",
    "report.document": "a DOCX document",
    "ledger.agencies": "a sheet",
    "ledger.chart": "a picture",
    "ledger.rows": "a sheet",
    "ledger.statement": "a PDF",
    "ledger.statement_of": "a PDF",
}
