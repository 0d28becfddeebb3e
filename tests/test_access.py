"""Every endpoint with who may open it, tried by really opening it as each of them.

A new endpoint fails here until it stands in ``DOORS``: a path (with the names of rows in ``the_world``) and who may
pass. Whoever may not is sent to sign in, or gets 403 or 404. For a page that belongs to somebody, name its owner's
part in the world; "colleague" and "other trainer" stand for people of the same role to whom it does not belong.
"""

import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.feeds import make_feed
from app.accounts.models import Affiliation, Agency, Person, RoleGrant
from app.accounts.rules import Role
from app.attendance import check_in_codes, check_in_links, day_links, missed
from app.attendance.breakout_models import Breakout
from app.attendance.check_in_models import CheckInLink
from app.attendance.models import Mark
from app.attendance.report_models import AttendanceReport
from app.attendance.reporting import hand_in, read_files
from app.booking.approving import token_of
from app.booking.delegates import Narrowed
from app.booking.interests import link_of
from app.booking.manager_links import Holder, token_for
from app.booking.models import Booking, ChargeExport, EventMessage, Headcount, Interest, Nomination
from app.booking.rules import State
from app.bulletin.models import SubscriberChange
from app.bulletin.subscribing import link_of as confirm_link
from app.catalogue.models import Event, EventSession, Venue
from app.clock import london_day
from app.db import db, writing
from app.evaluation.models import EvaluationRequest, Question, Questionnaire
from app.imports import drafts
from app.imports.models import ImportBatch, ImportDraft
from app.mailbox.models import IncomingMail
from app.notifications import unsubscribing
from app.notifications.calendar import Invite, invite_text
from app.notifications.models import Letter, Unreachable
from app.pool.actions import add_call
from app.pool.calls import token_of as token_of_call
from app.pool.models import PoolMember, TrainerCall
from app.pool.releases import token_of as token_of_release
from app.records.actions import changing
from app.records.models import Certificate
from tests.agreements import ask_for_place, charge
from tests.attendance_reports import Call, Guest, Stay, as_teams_saves, teams_2022
from tests.browser import CheckedClient
from tests.bulletins import make_bulletin, make_subscriber
from tests.conftest import TODAY
from tests.factories import (
    LONG_AGO,
    add,
    make_agency,
    make_booking,
    make_course,
    make_event,
    make_evidence,
    make_material,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.imported import csv_of, load
from tests.members import a_release, make_application, make_approval, make_away, make_contract, make_member

# Who knocks. The practitioner is a delegate, the trainer delivers; "newcomer" has not said who they are.
PEOPLE = {
    "practitioner": (),
    "colleague": (),
    "trainer": (Role.TRAINER,),
    "other trainer": (Role.TRAINER,),
    "agency lead": (Role.AGENCY_LEAD,),
    "administrator": (Role.ADMINISTRATOR,),
    "coordinator": (Role.COORDINATOR,),
    "L&WD member": (Role.LWD_MEMBER,),
    "chair": (Role.CHAIR,),
    "scrutineer": (Role.SCRUTINEER,),
}
NOBODY: frozenset[str] = frozenset()
SIGNED_IN = frozenset(PEOPLE)
EVERYBODY = SIGNED_IN | {"visitor", "newcomer"}
COORDINATOR = frozenset({"coordinator"})
DESK = COORDINATOR | {"administrator"}
GROUP = frozenset({"L&WD member", "chair", "scrutineer"}) | COORDINATOR
TRAINERS = frozenset({"trainer", "other trainer"})
REGISTER = DESK | {"trainer"}
DELEGATE = DESK | {"practitioner"}
LEAD = frozenset({"agency lead"})


@dataclass(frozen=True)
class Door:
    """A path, who may pass, and what a POST sends (names of the world's rows in braces, as in the path)."""

    path: str
    may: frozenset[str]
    sent: dict[str, str] = field(default_factory=dict)
    refuses_with: int = 403  # or 401, 404 and off to sign-in, as everywhere


# How somebody is asked to deliver a date.
ASKED = {"why": "Nobody else can", "delivers_as": "lead", "answer_by": "1", "confirmed_by": "at once"}
DOORS: dict[str, Door] = {
    "about.about": Door("/about", EVERYBODY),
    "about.accessibility": Door("/accessibility", EVERYBODY),
    "about.contact": Door("/contact", EVERYBODY),
    "about.privacy": Door("/privacy", EVERYBODY),
    "agencies.agency": Door("/agencies/northshire-county-council", DESK),
    "agencies.listing": Door("/agencies", DESK),
    "approvals.agree": Door("/approvals/{approval_link}/approve", EVERYBODY),
    "approvals.decide": Door("/desk/approvals/{approval}", DESK),
    "approvals.decline": Door("/approvals/{approval_link}/decline", EVERYBODY),
    "approvals.hanging": Door("/desk/approvals", DESK),
    "approvals.pass_on": Door("/approvals/{approval_link}/pass-on", EVERYBODY),
    "approvals.question": Door("/approvals/{approval_link}", EVERYBODY),
    "booking.ask_again": Door("/bookings/{requested}/approval", DELEGATE),
    "booking.book_for": Door("/people/{colleague}/book/{free_event}", DESK),
    "booking.book_place": Door("/events/{free_event}/book", SIGNED_IN),
    "booking.change_date": Door("/bookings/{booking}/date", DELEGATE | LEAD),
    "booking.calendar_file": Door("/bookings/{booking}/calendar.ics", DELEGATE),
    "booking.group": Door("/events/{free_event}/group", SIGNED_IN),
    "booking.dates_for": Door("/people/{practitioner}/book", DESK),
    "booking.join": Door("/join/{booking}", EVERYBODY),
    "booking.give_back": Door("/give-back/{give_back}", EVERYBODY),
    "booking.leave": Door("/bookings/{booking}/cancel", DELEGATE | LEAD),
    "booking.mine": Door("/bookings", SIGNED_IN),
    "booking.no_longer": Door("/courses/undated/interest/end", SIGNED_IN),
    "booking.offer": Door("/bookings/{booking}/offer", DELEGATE),
    "booking.send_invite_again": Door("/bookings/{booking}/invite", DELEGATE),
    "booking.show": Door("/bookings/{booking}", DELEGATE),
    "booking.substitute": Door("/bookings/{booking}/substitute", DELEGATE | LEAD),
    "booking.release": Door("/bookings/{booking}/release", DESK),
    "booking.waive": Door("/bookings/{booking}/waive", DESK),
    "booking.waive_first": Door("/people/{practitioner}/book/{free_event}/waive", DESK),
    "booking.enough": Door("/enough/{enough}", EVERYBODY),
    "booking.tell_me": Door("/courses/undated/interest", SIGNED_IN),
    "calls.be_reserve": Door("/calls/{call_link}/reserve", EVERYBODY),
    "calls.give_back": Door("/my-events/{event}/give-back", frozenset({"trainer"}), refuses_with=404),
    "calls.mine": Door("/calls", SIGNED_IN),
    "check_in.answer": Door("/events/{in_the_room}/check-ins/asking", REGISTER),
    "check_in.ask": Door("/check-in/{check_in}/ask", EVERYBODY),
    "check_in.booking": Door("/check-in/{check_in}/booking", EVERYBODY),
    "check_in.done": Door("/check-in/done", EVERYBODY),
    "check_in.here": Door("/check-in/{check_in}", EVERYBODY),
    "check_in.link": Door("/check-in/link/{check_in_link}", EVERYBODY),
    "check_in.listing": Door("/events/{in_the_room}/check-ins", REGISTER),
    "check_in.mail": Door("/check-in/{check_in}/mail", EVERYBODY),
    "check_in.mail_sent": Door("/check-in/mail-sent", EVERYBODY),
    "check_in.open_screen": Door("/events/{in_the_room}/check-in", REGISTER),
    "check_in.phone": Door("/check-in/{check_in}", EVERYBODY),
    "check_in.screen": Door("/events/{in_the_room}/check-in", REGISTER),
    "check_in.settle": Door("/events/{in_the_room}/check-ins", REGISTER),
    "check_in.type_code": Door("/check-in", EVERYBODY),
    "breakout_groups.again": Door("/events/{past_event}/breakout-groups/again", REGISTER),
    "breakout_groups.groups": Door("/events/{past_event}/breakout-groups", REGISTER),
    "breakout_groups.sheet": Door("/events/{past_event}/breakout-groups.csv", REGISTER),
    "breakout_groups.zoom": Door("/events/{past_event}/breakout-groups-zoom.csv", REGISTER),
    "calls.question": Door("/calls/{call_link}", EVERYBODY),
    "calls.say_maybe": Door("/calls/{call_link}/maybe", EVERYBODY),
    "calls.say_no": Door("/calls/{call_link}/no", EVERYBODY),
    "calls.say_yes": Door("/calls/{call_link}/yes", EVERYBODY),
    "bulletin.back": Door("/bulletin/{queued_bulletin}/back", DESK),
    "bulletin.begin": Door("/bulletin/new", DESK),
    "bulletin.check_mail": Door("/bulletin/check-mail", EVERYBODY),
    "bulletin.confirm": Door("/bulletin/confirm/{bulletin_link}", EVERYBODY),
    "bulletin.edit": Door("/bulletin/{bulletin}/edit", DESK),
    "bulletin.end": Door("/bulletin/mine/end", SIGNED_IN),
    "bulletin.html": Door("/bulletin/{bulletin}/html", DESK),
    "bulletin.listing": Door("/bulletin", DESK),
    "bulletin.mine": Door("/bulletin/mine", SIGNED_IN),
    "bulletin.preview": Door("/bulletin/{bulletin}/preview", DESK),
    "bulletin.remove": Door("/bulletin/subscribers/{subscriber}/remove", DESK),
    "bulletin.send": Door("/bulletin/{bulletin}/send", DESK),
    "bulletin.sheet": Door("/bulletin/subscribers.csv", DESK),
    "bulletin.show": Door("/bulletin/{queued_bulletin}", DESK),
    "bulletin.stop": Door("/bulletin/{queued_bulletin}/stop", DESK),
    "bulletin.subscribe": Door("/bulletin/subscribe", EVERYBODY),
    "bulletin.subscriber": Door("/bulletin/subscribers/{subscriber}", DESK),
    "bulletin.subscribers": Door("/bulletin/subscribers", DESK),
    "bulletin.switch_on": Door("/bulletin/{bulletin}/switch", COORDINATOR),
    "bulletin.throw_away": Door("/bulletin/{bulletin}/throw-away", DESK),
    "bulletin.to_me": Door("/bulletin/{bulletin}/to-me", DESK),
    "catalogue.course": Door("/courses/neglect", EVERYBODY),
    "catalogue.courses": Door("/courses", EVERYBODY),
    "catalogue.event": Door("/events/{event}", EVERYBODY),
    "catalogue.front": Door("/", EVERYBODY),
    "catalogue.course_feed": Door("/programme/neglect.ics", EVERYBODY),
    "catalogue.programme": Door("/programme", EVERYBODY),
    "catalogue.programme_feed": Door("/programme.ics", EVERYBODY),
    "cue_sheet.learning_points": Door("/courses/neglect/learning-points", COORDINATOR),
    "cue_sheet.show": Door("/events/{past_event}/cue-sheet", REGISTER),
    "certificates.pdf": Door("/certificates/{certificate}.pdf", DELEGATE),
    "certificates.show": Door("/certificates/{certificate}", EVERYBODY),  # the name for DELEGATE only
    "course_desk.cancel": Door("/events/{event}/cancel", DESK),
    "course_desk.postpone": Door("/events/{event}/postpone", DESK),
    "course_desk.times": Door("/events/{event}/times", DESK),
    "charges.approve": Door("/desk/charges/approve", DESK),
    "charges.download": Door("/desk/charges/files/{charge_file}.csv", DESK),
    "charges.listing": Door("/desk/charges", DESK),
    "charges.make": Door("/desk/charges/files", DESK),
    "charges.policy": Door("/desk/charges/policy", COORDINATOR),
    "charges.waive": Door("/desk/charges/{charge}/waive", DESK),
    "course_desk.absent": Door("/events/{event}/trainer-ill/absent", DESK, {"person": "{trainer}"}),
    "course_desk.clone": Door("/events/{event}/clone", DESK),
    "course_desk.keep_number": Door(
        "/events/{event}/trainer-ill/number", DESK, {"person": "{other trainer}"}
    ),
    "course_desk.minimum": Door("/events/{free_event}/minimum", DESK),
    "course_desk.notice": Door("/events/{event}/notice", DESK),
    "course_desk.repeat": Door("/events/{event}/repeat", DESK),
    "course_desk.take_over": Door("/events/{event}/trainer-ill/reserve", DESK, {"person": "{other trainer}"}),
    "course_desk.trainer_ill": Door("/events/{event}/trainer-ill", DESK),
    "course_desk.close_venue": Door("/venues/{venue}/close", DESK),
    "course_desk.new_venue": Door("/venues/new", DESK),
    "course_desk.venue": Door("/venues/{venue}", DESK),
    "course_desk.venue_list": Door("/venues", DESK),
    "course_desk.edit_course": Door("/courses/neglect/edit", COORDINATOR),
    "course_desk.edit_event": Door("/events/{event}/edit", DESK),
    "course_desk.new_course": Door("/courses/new", COORDINATOR),
    "course_desk.new_event": Door("/courses/neglect/events/new", DESK),
    "desk.ask": Door("/events/{event}/trainers/ask", DESK, {"apart": "{other trainer}", **ASKED}),
    "desk.call_up": Door("/events/{event}/trainers/calls/{reserve_call}/call-up", DESK),
    "desk.change_trainer_part": Door(
        "/events/{event}/trainers/part", DESK, {"person": "{trainer}", "delivers_as": "co"}
    ),
    "desk.confirm_call": Door("/events/{event}/trainers/calls/{waiting_call}/confirm", DESK),
    "desk.end_call": Door("/events/{event}/trainers/calls/{call}", DESK),
    "desk.end_trainer": Door("/events/{event}/trainers/end", DESK, {"person": "{trainer}"}),
    "desk.today": Door("/desk", DESK),
    "desk.wanted": Door("/desk/demand", DESK),
    "desk.filling_settings": Door("/desk/filling", COORDINATOR),
    "desk.send_invite_to_trainer": Door("/events/{event}/trainers/invite", DESK, {"person": "{trainer}"}),
    "desk.substitute_trainer": Door("/events/{event}/trainers/{trainer}/substitute", DESK),
    "desk.trainers_needed": Door("/events/{event}/trainers/needs", DESK),
    "desk.trainers": Door("/events/{event}/trainers", DESK),
    "event_bookings.above": Door("/events/{event}/bookings/above/{practitioner}", DESK),
    "event_bookings.find": Door("/events/{event}/bookings/add?q=p", DESK),
    "event_bookings.place": Door("/bookings/{booking}/place", DESK),
    "event_bookings.priority": Door("/bookings/{booking}/priority", DESK),
    "event_bookings.listing": Door("/events/{event}/bookings", DESK),
    "event_bookings.paper": Door("/events/{event}/bookings/print", DESK),
    "event_bookings.sheet": Door("/events/{event}/bookings.csv", DESK),
    "event_bookings.sheet_of_year": Door("/desk/bookings.xlsx", DESK),
    "event_invitations.listing": Door("/events/{event}/invitations", DESK),
    "event_invitations.organisation": Door("/events/{event}/invitations/organisations", DESK),
    "event_invitations.send": Door("/events/{event}/invitations/send", DESK),
    "event_invitations.take_back": Door("/events/{event}/invitations/1/take-back", DESK),
    "event_mix.mix": Door("/events/{event}/mix", DESK),
    "event_messages.edit": Door("/events/{event}/messages/{message}/edit", DESK),
    "event_messages.html": Door("/events/{event}/messages/{message}/html", DESK),
    "event_messages.new": Door("/events/{event}/messages/new", DESK),
    "event_messages.send": Door("/events/{event}/messages/{message}/send", DESK),
    "event_messages.show": Door("/events/{event}/messages/{message}", DESK),
    "evaluation.questions": Door(
        "/evaluations/{evaluation}", frozenset({"visitor", "practitioner"}), refuses_with=409
    ),
    "evidence.decide": Door("/desk/evidence/{evidence}", DESK),
    "evidence.file": Door("/evidence/{evidence}/file", DELEGATE),
    "evidence.hand_in": Door("/courses/neglect/evidence", SIGNED_IN),
    "evidence.show": Door("/evidence/{evidence}", DELEGATE),
    "evidence.to_check": Door("/desk/evidence", DESK),
    "health.alive": Door("/healthz", EVERYBODY),
    "health.ready": Door("/readyz", EVERYBODY),
    "imports.batch": Door("/desk/imports/{batch}", DESK),
    "imports.before_undoing": Door("/desk/imports/{batch}/undo", DESK),
    "imports.columns": Door("/desk/imports/drafts/{draft}/columns", DESK),
    "imports.draft": Door("/desk/imports/drafts/{draft}", DESK),
    "imports.drop": Door("/desk/imports/drafts/{draft}/drop", DESK),
    "imports.faults": Door("/desk/imports/drafts/{draft}/faults.csv", DESK),
    "imports.hand_in": Door("/desk/imports/new/bookings", DESK),
    "imports.listing": Door("/desk/imports", DESK),
    "imports.load": Door("/desk/imports/drafts/{draft}/load", DESK),
    "imports.template": Door("/desk/imports/template/bookings.csv", DESK),
    "imports.undo": Door("/desk/imports/{batch}/undo", DESK),
    "impact.chart": Door("/impact/2026-27/charts/change-wide.svg", GROUP),
    "impact.one_figure": Door("/impact/2026-27/figures/training_opportunities", GROUP),
    "impact.year_as_json": Door("/impact/2026-27.json", GROUP),
    "impact.year_by_path": Door("/impact/2026-27", GROUP),
    "impact.year_dashboard": Door("/impact?year=2026-27", GROUP),
    "my_calendar.end": Door("/calendar/address/end", SIGNED_IN, {"kind": "mine"}),
    "my_calendar.feed": Door("/calendar/{calendar_address}.ics", EVERYBODY),
    "my_calendar.file": Door("/calendar.ics", SIGNED_IN),
    "my_calendar.make": Door("/calendar/address", SIGNED_IN, {"kind": "mine"}),
    "my_calendar.show": Door("/calendar", SIGNED_IN),
    "learning.mine": Door("/learning", SIGNED_IN),
    "mail_choices.mine": Door("/account/mail", SIGNED_IN),
    "mail_choices.unsubscribe": Door("/unsubscribe/{unsubscribe}", EVERYBODY, {"boxes": "1"}),
    "missed_places.listing": Door("/desk/missed-places", DESK),
    "missed.why": Door("/missed/{missed}", EVERYBODY),
    "my_address.works": Door("/my-address/works-again", SIGNED_IN | {"newcomer"}),
    "messages.example": Door("/messages/booked/example?about={booking}", DESK),
    "messages.listing": Door("/messages", DESK),
    "messages.preview": Door("/messages/booked/preview", COORDINATOR),
    "messages.restore": Door("/messages/booked/versions/0", COORDINATOR),
    "messages.save": Door("/messages/booked", COORDINATOR),
    "messages.set_timing": Door("/messages/timings/joining_working_days", COORDINATOR),
    "messages.switch": Door("/messages/switch/reminder", DESK),
    "messages.timing": Door("/messages/timings/joining_working_days", DESK),
    "messages.timings": Door("/messages/timings", DESK),
    "messages.turn": Door("/messages/switch/reminder/on", COORDINATOR),
    "messages.version": Door("/messages/booked/versions/0", DESK),
    "messages.words": Door("/messages/booked", DESK),
    "my_agency.booking": Door("/my-agency/bookings/{booking}", LEAD),
    "my_agency.give_back": Door("/my-agency/places/{held}/give-back", LEAD),
    "my_agency.held": Door("/my-agency/places/{held}", LEAD),
    "my_agency.hold": Door("/events/{free_event}/places", LEAD),
    "my_agency.sheet": Door("/my-agency/people.csv", LEAD),
    "my_agency.overview": Door("/my-agency", LEAD),
    "numbers.cancel": Door("/numbers/{numbers}/cancel", EVERYBODY),
    "numbers.change": Door("/numbers/{numbers}", EVERYBODY),
    "numbers.listing": Door("/events/{forum}/organisations", DESK),
    "numbers.send": Door("/events/{forum}/numbers", EVERYBODY),
    "numbers.sheet": Door("/events/{forum}/organisations.csv", DESK),
    "numbers.write_to_all": Door("/events/{forum}/organisations/write", DESK),
    "outbox.again": Door("/outbox/{letter}/again", DESK),
    "outbox.eml": Door("/outbox/{letter}.eml", DESK),
    "outbox.html": Door("/outbox/{letter}/html", DESK),
    "outbox.invite": Door("/outbox/{letter}/invite.ics", DESK),
    "outbox.letter": Door("/outbox/{letter}", DESK),
    "mailbox.done": Door("/mailbox/{mail}/done", DESK),
    "mailbox.mails": Door("/mailbox", DESK),
    "mailbox.original": Door("/mailbox/{mail}.eml", DESK),
    "mailbox.release": Door("/release/{give_back}", EVERYBODY),
    "outbox.letters": Door("/outbox", DESK),
    "outbox.pause": Door("/outbox/pause", DESK),
    "outbox.resume": Door("/outbox/resume", DESK),
    "outbox.settle": Door("/outbox/{letter}/settle", DESK),
    "outbox.trial": Door("/outbox/trial", DESK),
    "outbox.unreachable": Door("/outbox/unreachable", DESK),
    "outbox.missed": Door("/outbox/unreachable/{works_again}/missed", DESK),
    "outbox.send_missed": Door("/outbox/unreachable/{works_again}/missed", DESK),
    "outbox.works": Door("/outbox/unreachable/works", DESK, {"email": "gone@northshire.example"}),
    "people.end_role": Door("/people/{trainer}/roles/end", COORDINATOR, {"grant": "{grant}"}),
    "people.person": Door("/people/{practitioner}", DESK),
    "people.code": Door("/people/{practitioner}/code", DESK),
    "people.correct": Door("/people/{practitioner}/correct", DESK),
    "people.note": Door("/people/{practitioner}/note", DESK),
    "people.roles": Door("/people/{practitioner}/roles", COORDINATOR),
    "people.search": Door("/people", DESK),
    "people.see": Door("/people/{practitioner}/see", DESK),
    "people.stop_seeing": Door("/seeing/end", SIGNED_IN | {"newcomer"}),
    "desk.name_guest": Door("/events/{event}/guests", DESK),
    "pool.add": Door("/pool/add", COORDINATOR),
    "pool.contracts": Door("/pool/contracts", DESK),
    "pool.contracts_sheet": Door("/pool/contracts.csv", DESK),
    "pool.new_contract": Door("/pool/{expert}/contract", COORDINATOR),
    "pool.settle_contract": Door("/pool/contracts/{contract}", COORDINATOR),
    "pool.agree": Door("/releases/{release_link}/agree", EVERYBODY),
    "pool.application": Door("/pool/applications/{pool_application}", COORDINATOR),
    "pool.ask_release": Door("/pool/{other trainer}/release", COORDINATOR),
    "pool.decline_release": Door("/releases/{release_link}/decline", EVERYBODY),
    "pool.join": Door("/pool/join", SIGNED_IN),
    "pool.release": Door("/releases/{release_link}", EVERYBODY),
    "pool.withdraw": Door("/pool/join/withdraw", SIGNED_IN),
    "pool.approvals": Door("/pool/{other trainer}/approvals", COORDINATOR),
    "pool.away": Door("/pool/{other trainer}/away", COORDINATOR),
    "pool.edit": Door("/pool/{other trainer}/edit", COORDINATOR),
    "pool.edit_mine": Door("/my-events/pool/edit", frozenset({"other trainer"}), refuses_with=404),
    "pool.end": Door("/pool/{other trainer}/approvals/{delivery_approval}/end", COORDINATOR),
    "pool.end_away": Door("/pool/{other trainer}/away/{away}/end", COORDINATOR),
    "pool.end_my_away": Door(
        "/my-events/pool/away/{away}/end", frozenset({"other trainer"}), refuses_with=404
    ),
    "pool.leaving": Door("/pool/{other trainer}/leave", COORDINATOR),
    "pool.listing": Door("/pool", DESK),
    "pool.member": Door("/pool/{other trainer}", DESK),
    "pool.mine": Door("/my-events/pool", SIGNED_IN),
    "pool.sheet": Door("/pool/members.csv", DESK),
    "outcomes.course_rule": Door("/courses/neglect/outcome-rule", COORDINATOR),
    "outcomes.decide": Door("/events/{past_event}/outcomes/{attended}", REGISTER),
    "outcomes.event_rule": Door("/events/{event}/outcome-rule", DESK),
    "outcomes.listing": Door("/events/{past_event}/outcomes", REGISTER),
    "outcomes.partnership_rule": Door("/outcome-rule", COORDINATOR),
    "attendance_reports.answer": Door("/events/{past_event}/attendance-reports/{report}/answers", REGISTER),
    "attendance_reports.give_up": Door("/events/{past_event}/attendance-reports/{report}/drop", REGISTER),
    "attendance_reports.listing": Door("/events/{past_event}/attendance-reports", REGISTER),
    "attendance_reports.report": Door("/events/{past_event}/attendance-reports/{report}", REGISTER),
    "attendance_reports.save": Door("/events/{past_event}/attendance-reports/{report}/confirm", REGISTER),
    "attendance_reports.undo": Door("/events/{past_event}/attendance-reports/{report}/undo", REGISTER),
    "ledger.agencies": Door("/pool/ledger/2026-27/agencies.csv", COORDINATOR),
    "ledger.chart": Door("/pool/ledger/2026-27/agencies-wide.svg", COORDINATOR),
    "ledger.correct": Door("/pool/ledger/events/{past_event}/{trainer}", COORDINATOR),
    "ledger.mine": Door("/my-events/{past_event}/time", frozenset({"trainer"})),
    "ledger.own": Door("/my-events/contribution", TRAINERS),
    "ledger.person": Door("/pool/ledger/people/{trainer}", COORDINATOR),
    "ledger.policy": Door("/pool/ledger/policy", COORDINATOR),
    "ledger.rows": Door("/pool/ledger/2026-27/rows.xlsx", COORDINATOR),
    "ledger.show": Door("/pool/ledger", COORDINATOR),
    "ledger.statement": Door("/my-events/statement/2026-27.pdf", frozenset({"trainer"})),
    "ledger.statement_of": Door("/pool/ledger/people/{trainer}/statement/2026-27.pdf", COORDINATOR),
    "register.before_closing": Door("/events/{past_event}/register/close", REGISTER),
    "register.close": Door("/events/{past_event}/register/close", REGISTER),
    "register.my_events": Door("/my-events", TRAINERS),
    "register.send_my_invite": Door("/events/{event}/my-invite", frozenset({"trainer"})),
    "register.people": Door("/events/{past_event}/register/people?name=pri", REGISTER),
    "register.save": Door("/events/{past_event}/register", REGISTER),
    "register.save_headcount": Door("/events/{past_event}/register/organisations", REGISTER),
    "materials.file": Door("/materials/{material}", DELEGATE | {"trainer"}, refuses_with=404),
    "materials.of_course": Door("/courses/neglect/materials", COORDINATOR),
    "materials.of_event": Door("/events/{event}/materials", REGISTER),
    "materials.remove": Door("/materials/{material}/remove", REGISTER, refuses_with=404),
    "recording.answer": Door("/bookings/{booking}/recording", DELEGATE, refuses_with=404),
    "recording.say": Door("/events/{event}/recording", REGISTER),
    "sheets.choose": Door("/events/{past_event}/sheet", REGISTER),
    "sheets.pdf": Door("/events/{past_event}/sheet.pdf", REGISTER),
    "register.sheet": Door("/events/{past_event}/register", REGISTER),
    "register.save_by_link": Door("/registers/{day_link}", EVERYBODY),
    "register.sheet_by_link": Door("/registers/{day_link}", EVERYBODY),
    "register.walk_in": Door("/events/{past_event}/register/walk-in", REGISTER),
    "register.walk_in_by_link": Door("/registers/{day_link}/walk-in", EVERYBODY),
    "register.worker": Door("/register-worker.js", EVERYBODY),
    "report.comments": Door("/report/2026-27/comments", COORDINATOR),
    "report.document": Door("/report/2026-27.docx", GROUP),
    "report.passage": Door("/report/2026-27/passages/introduction", COORDINATOR),
    "report.section": Door("/report/2026-27", GROUP),
    "report.years": Door("/report", GROUP),
    "sign_in.about_you": Door("/sign-in/about-you", SIGNED_IN | {"newcomer"}),
    "sign_in.ask": Door("/sign-in", EVERYBODY),
    "sign_in.code": Door("/sign-in/code", EVERYBODY),
    "sign_in.demonstration": Door("/sign-in/demo", NOBODY),  # tests are no demonstration
    "sign_in.leave": Door("/sign-out", EVERYBODY),
    "sign_in.link": Door("/sign-in/not-a-link", EVERYBODY),
    "sign_in.where_you_work": Door("/sign-in/where-you-work", SIGNED_IN | {"newcomer"}),
}

World = dict[str, str]


def the_people() -> World:
    """Everybody who knocks, by what the doors call them."""
    found: World = {}
    for part, roles in PEOPLE.items():
        person = make_person(part.title(), *roles, email=f"{part.replace(' ', '-')}@northshire.example")
        found[part] = person.public_id
    newcomer = add(Person(name="", email="newcomer@northshire.example", created_at=TODAY))
    return found | {"newcomer": newcomer.public_id}


def person_called(world: World, part: str) -> Person:
    """The row of somebody who knocks."""
    return db.session.scalars(sa.select(Person).where(Person.public_id == world[part])).one()


def the_world() -> World:
    """Rows for every door: name to identifier, as it stands in addresses."""
    make_partnership()
    world = the_people()
    council, delegate = make_agency(), person_called(world, "practitioner")
    lead = person_called(world, "agency lead")
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == lead.id)).one()
    given = {"partnership_id": grant.partnership_id, "role": grant.role, "from_on": LONG_AGO}
    add(RoleGrant(person_id=lead.id, agency_id=council.id, **given))
    neglect = make_course("Neglect")
    make_course("Undated")
    event = make_event(neglect, starts=TODAY + timedelta(days=20))
    past = make_event(neglect, starts=TODAY - timedelta(days=2))
    free = make_event(make_course("Another course"), starts=TODAY + timedelta(days=30), minimum=5)
    trainer = person_called(world, "trainer")
    of_past = [make_trainer(delivered, trainer) for delivered in (event, past)][1]
    reserve = person_called(world, "other trainer")
    pool = {"partnership_id": grant.partnership_id, "standing": "pool", "from_on": LONG_AGO}
    member = add(PoolMember(person_id=reserve.id, **pool))
    call = a_call(event, "Asked")
    expert = make_member(person=make_person("Eve Expert"), standing="expert")
    booking, attended = make_booking(event, delegate), make_booking(past, delegate, state=State.BOOKED)
    session_id = db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == past.id)).one()
    add(Mark(booking_id=attended.id, session_id=session_id, mark="present", marked_at=TODAY))
    add(Breakout(event_id=past.id, number=2, seed=1, wishes=[], made_at=TODAY))
    asked_for = make_event(make_course("Asked for"), starts=TODAY + timedelta(days=40))
    request, approval = ask_for_place(asked_for.id, delegate)
    paid = make_booking(make_event(make_course("Paid for"), starts=TODAY + timedelta(days=50)), trainer)
    forum = make_event(make_course("Forum"), starts=TODAY + timedelta(days=60), headcount_only=True)
    file = db.session.get_one(ChargeExport, charge(paid, trainer, exported=True).export_id)
    to_pay = charge(booking, trainer)
    theirs = sa.select(RoleGrant.id).where(RoleGrant.person_id == trainer.id)
    return world | {
        "event": str(event.id),
        "past_event": str(past.id),
        "forum": str(forum.id),
        **the_bulletins(),
        "enough": link_of(
            add(Interest(course_id=neglect.id, person_id=trainer.id, asked_at=TODAY))
        ).rpartition("/")[2],
        "numbers": numbers_for(forum, council).token,
        "free_event": str(free.id),
        "venue": str(add(Venue(name="Hill House")).id),
        "booking": booking.public_id,
        "held": held_places(free, council, lead).public_id,
        "requested": request.public_id,
        "approval": approval.public_id,
        "approval_link": token_of(approval),
        "delivery_approval": str(make_approval(member, neglect).id),
        "expert": expert.person.public_id,
        "contract": make_contract(expert).public_id,
        "release_link": token_of_release(a_release(member)),
        "pool_application": make_application(delegate).public_id,
        "away": str(make_away(member, TODAY.date() + timedelta(days=30)).id),
        "call": call.public_id,
        "call_link": token_of_call(call),
        "day_link": day_links.token_of(of_past, london_day(past.times[0])),
        "waiting_call": a_call(event, "Waiting", "waits").public_id,
        "reserve_call": a_call(event, "Reserve", "reserve").public_id,
        "charge": to_pay.public_id,
        "charge_file": file.public_id,
        "give_back": token_for(booking, Holder.PERSON),
        "missed": missed.token_of(a_miss().public_id),
        "attended": attended.public_id,
        "letter": (letter := a_letter()).public_id,
        "works_again": str(a_mark_that_was_cleared().id),
        "unsubscribe": unsubscribing.token_of(letter.public_id),
        "mail": a_mail_that_came_in().public_id,
        "batch": a_batch().public_id,
        "report": a_report(past).public_id,
        "draft": a_draft(person_called(world, "administrator")).public_id,
        "material": make_material(event).public_id,
        "evidence": make_evidence(delegate, neglect).public_id,
        "message": a_message(booking, trainer).public_id,
        "certificate": add(Certificate(booking_id=attended.id, earned_at=TODAY)).public_id,
        "evaluation": an_evaluation(attended).token,
        "grant": str(db.session.scalars(theirs).one()),
        "calendar_address": a_calendar(delegate),
        **the_room(trainer),
    }


def the_room(trainer: Person) -> World:
    """A course that begins in a moment, its code on the screen, and a link to check in with."""
    event = make_event(make_course("In the room"), starts=TODAY + timedelta(minutes=5))
    make_trainer(event, trainer)
    booking = make_booking(event, make_person("Ina Room"))
    session = db.session.scalars(sa.select(EventSession).where(EventSession.event_id == event.id)).one()
    with changing(event.id, now=TODAY):
        row = check_in_codes.open_for(session, by_id=trainer.id, now=TODAY)
    link = {
        "session_id": session.id,
        "asked_at": TODAY,
        "step": 0,
        "expires_at": TODAY + timedelta(minutes=9),
    }
    add(CheckInLink(token_hash=check_in_links.hash_of("a-link"), booking_id=booking.id, **link))
    token = check_in_codes.shown(row, session, TODAY).token
    return {"in_the_room": str(event.id), "check_in": token, "check_in_link": "a-link"}


def a_report(event: Event) -> AttendanceReport:
    """The report of a meeting that nobody has saved yet."""
    call = Call("Neglect", (Guest("Xavier Quill", "", (Stay(*event.times),)),), *event.times)
    with writing():
        handed = read_files(event.id, [("report.csv", as_teams_saves(teams_2022(call)))])
        return hand_in(event.id, handed, by=None, now=TODAY)


def a_calendar(person: Person) -> str:
    """The secret part of the address of somebody's calendar."""
    with writing():
        return make_feed(person, "mine", now=TODAY)


def a_call(event: Event, name: str, answer: str = "") -> TrainerCall:
    """Somebody was asked to deliver a date."""
    person = add(Person(name=name, email=f"{name.lower()}@northshire.example", created_at=TODAY))
    with changing(event.id, now=TODAY) as locked:
        call = add_call(locked, person, part="pool", by=person, now=TODAY)
        call.answer = answer
        return call


def the_bulletins() -> World:
    """A draft, one that waits to leave, and somebody who asked."""
    row = make_subscriber("sam@northshire.example", ended_at=TODAY, confirmed_at=TODAY)
    asked = add(SubscriberChange(subscriber_id=row.id, at=TODAY, what="asked"))
    queued = make_bulletin(state="queued", send_at=TODAY + timedelta(days=1), approved_at=TODAY)
    return {
        "bulletin": make_bulletin().public_id,
        "queued_bulletin": queued.public_id,
        "subscriber": row.public_id,
        "bulletin_link": confirm_link(asked).rpartition("/")[2],
    }


def numbers_for(event: Event, agency: Agency) -> Headcount:
    """An agency that sends three people to a headcount-only event."""
    sent = {"organisation": agency.name, "agency_id": agency.id, "sector": agency.sector}
    return add(Headcount(event_id=event.id, expected=3, booked_on=TODAY.date(), **sent))


def held_places(event: Event, agency: Agency, by: Person) -> Nomination:
    """Places that a lead holds without names."""
    made = {"made_at": TODAY, "by_id": by.id, "name_by_at": TODAY + timedelta(days=15)}
    return add(Nomination(event_id=event.id, agency_id=agency.id, asked=2, places=2, **made))


A_MAIL = """<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>You have a place</title></head>
<body><h1>You have a place</h1></body></html>"""


def a_message(booking: Booking, by: Person) -> EventMessage:
    """Something written to those on the delegate's event, not sent yet."""
    said = {"subject": "Parking", "text": "Behind the church.", "to": asdict(Narrowed())}
    return add(EventMessage(event_id=booking.event_id, by_id=by.id, written_at=TODAY, **said))


def a_miss() -> Booking:
    """A booking of somebody who did not come."""
    over = make_event(make_course("Missed"), TODAY - timedelta(days=2))
    booking = make_booking(over, make_person("Max Missing"))
    session = db.session.scalars(sa.select(EventSession.id).where(EventSession.event_id == over.id)).one()
    add(Mark(booking_id=booking.id, session_id=session, mark="absent", marked_at=TODAY))
    return booking


def an_evaluation(booking: Booking) -> EvaluationRequest:
    """The delegate's own link to the questions after a course."""
    course_id = booking.event.course_id
    questionnaire = add(Questionnaire(course_id=course_id, stage="after"))
    asked = {"key": "knowledge", "number": 1, "text": "How is it?", "kind": "rating"}
    add(Question(questionnaire_id=questionnaire.id, **asked))
    return add(EvaluationRequest(booking_id=booking.id, stage="after", opens_at=TODAY - timedelta(days=2)))


def a_batch() -> ImportBatch:
    """A file that was loaded."""
    loaded = load("venues", csv_of(("Name",), ("Hill Top Centre",))).batch
    assert loaded is not None
    return loaded


def a_draft(by: Person) -> ImportDraft:
    """A file that was handed in and tried."""
    content = csv_of(("Name",), ("Low Hall",))
    with writing():
        draft = drafts.hand_in("venues", content, "new.csv", partnership=make_partnership(), by=by, now=TODAY)
    drafts.dry_run(draft, draft.columns, now=TODAY)
    return draft


def a_letter() -> Letter:
    """A mail with an invite, sent."""
    partnership = make_partnership()
    said = {"subject": "You have a place", "text": "You have a place.", "html": A_MAIL}
    times = {"starts_at": TODAY + timedelta(days=9), "ends_at": TODAY + timedelta(days=9, hours=3)}
    text = invite_text(
        Invite(uid="a@roundtable", sequence=0, title="Training: Neglect", stamp=TODAY, **times)
    )
    invite = {"calendar": text, "calendar_method": "REQUEST", "thread": "a@roundtable"}
    named = {"key": "booked:1", "message": "booked", "message_id": "<1@northshire.example>"}
    sent = {"queued_at": TODAY, "due_at": TODAY, "sent_at": TODAY, "state": "sent"}
    to = {"to_email": "practitioner@northshire.example", "partnership_id": partnership.id}
    add(Unreachable(email="gone@northshire.example", since_at=TODAY))
    return add(Letter(**said, **invite, **named, **sent, **to))


def a_mark_that_was_cleared() -> Unreachable:
    """An address that works again."""
    return add(Unreachable(email="back@northshire.example", since_at=TODAY, cleared_at=TODAY))


def a_mail_that_came_in() -> IncomingMail:
    """A question from somebody we do not know, still to be answered."""
    said = {"message_id": "<1@else.example>", "subject": "Parking?", "raw": b"Subject: Parking?\r\n\r\n"}
    return add(IncomingMail(kind="unknown", did="parked", state="open", received_at=TODAY, **said))


BUILT: dict[Path, World] = {}


@pytest.fixture
def world(app: Flask, folder: Path, today: time_machine.Traveller) -> Iterator[World]:
    """The world, built once per run and copied from then on."""
    if folder not in BUILT:
        BUILT[folder] = the_world()
        db.session.remove()
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
        shutil.copyfile(folder / "test.sqlite", folder / "access.sqlite")
    put_back(folder)
    yield BUILT[folder]


def put_back(folder: Path) -> None:
    """The world as it was built, whatever the last visitor did."""
    db.session.remove()
    db.engine.dispose()
    for end in ("-wal", "-shm"):
        (folder / f"test.sqlite{end}").unlink(missing_ok=True)
    shutil.copyfile(folder / "access.sqlite", folder / "test.sqlite")


def visitor(app: Flask, world: World, part: str) -> CheckedClient:
    """The browser of somebody who knocks."""
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    if part != "visitor":
        client.sign_in(person_called(world, part))
    return client


def passes(client: CheckedClient, method: str, door: Door, world: World) -> tuple[bool, str]:
    """Whether the visitor passes, and the answer in short."""
    path = door.path.format_map(world)
    sent = {name: value.format_map(world) for name, value in door.sent.items()}
    answer = client.open(path, method=method, data=sent if method == "POST" else None)
    location = answer.location or ""
    led_away = answer.status_code == 303 and location.startswith(("/sign-in?", "/sign-in/about-you?"))
    asked_in = answer.status_code == 303 and location in ("/sign-in", "/sign-in/about-you")
    refused = {401, 403, 404, 405, door.refuses_with}
    said = f"{answer.status_code} {location}".strip()
    return not (led_away or asked_in or answer.status_code in refused), said


def methods_of(app: Flask, endpoint: str) -> set[str]:
    """How an endpoint can be asked."""
    return {m for rule in app.url_map.iter_rules(endpoint) for m in rule.methods or ()} - {"HEAD", "OPTIONS"}


def test_every_endpoint_has_a_door_here(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints - set(DOORS) == set(), "say in DOORS who may open these"
    assert set(DOORS) - endpoints == set(), "these are gone"


def test_every_door_names_people_there_are():
    assert not {part for door in DOORS.values() for part in door.may} - EVERYBODY


@pytest.mark.parametrize("endpoint", DOORS)
def test_only_those_named_may_pass(
    app: Flask, folder: Path, world: World, monkeypatch: pytest.MonkeyPatch, endpoint: str
):
    # The token against forged requests is another test's matter; here it would hide who may do what.
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    door, wrong = DOORS[endpoint], []
    for method in sorted(methods_of(app, endpoint)):
        for part in sorted(EVERYBODY):
            put_back(folder)
            passed, said = passes(visitor(app, world, part), method, door, world)
            if passed != (part in door.may):
                wrong.append(f"{method} {door.path} as {part}: {said}")
    assert not wrong, "\n".join(wrong)


def test_every_post_without_its_token_is_refused(app: Flask, world: World):
    one_click = "mail_choices.unsubscribe"  # pressed by mail readers; its own link is signed
    posts = {name: d for name, d in DOORS.items() if "POST" in methods_of(app, name) and name != one_click}
    for part in ("coordinator", "practitioner", "visitor"):
        client = visitor(app, world, part)
        answers = {
            name: client.post(door.path.format_map(world), data=door.sent).status_code
            for name, door in posts.items()
            if part in door.may
        }
        assert set(answers.values()) == {400}, answers


def test_asking_for_the_head_of_a_page_alone_is_looking_at_it(app: Flask, world: World):
    # Mail scanners and link checkers ask so; a page that takes everything but GET for its button would act on it.
    wrong = []
    for name, door in DOORS.items():
        if "GET" in methods_of(app, name) and door.may:
            client, path = visitor(app, world, min(door.may)), door.path.format_map(world)
            head, page = (FlaskClient.open(client, path, method=m).status_code for m in ("HEAD", "GET"))
            if head != page:
                wrong.append(f"{path}: {page}, and {head} for its head")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_a_certificate_names_its_holder_to_them_and_to_administrators_only(
    app: Flask, folder: Path, world: World, part: str
):
    put_back(folder)
    page = visitor(app, world, part).page(f"/certificates/{world['certificate']}")
    assert ("Practitioner" in page.text) is (part in DELEGATE)


def test_a_role_that_ended_opens_nothing(app: Flask, world: World):
    coordinator = person_called(world, "coordinator")
    client = visitor(app, world, "coordinator")
    assert client.get("/desk").status_code == 200
    ended = make_person("Una Until", Role.COORDINATOR)
    grant = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.person_id == ended.id)).one()
    grant_ended_on(grant, TODAY - timedelta(days=1))
    assert app.test_client().get("/desk").status_code == 303
    other = app.test_client()
    assert isinstance(other, CheckedClient)
    assert other.sign_in(ended).get("/desk").status_code == 403
    assert coordinator.id != ended.id


def grant_ended_on(grant: RoleGrant, day: datetime) -> None:
    """End a role on a day."""
    with writing():
        grant.until_on = day.date()


def test_a_role_in_one_partnership_opens_nothing_in_another(app: Flask, world: World):
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    sol = make_person("Sol Southshire")
    given = {"role": Role.COORDINATOR.value, "from_on": LONG_AGO}
    add(RoleGrant(person_id=sol.id, partnership_id=elsewhere.id, **given))
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    assert client.sign_in(sol).get("/desk").status_code == 403


@pytest.mark.parametrize("raised", ["session_number", "closed_at"])
def test_a_session_ends_when_the_person_is_signed_out_everywhere_or_closed(
    app: Flask, world: World, raised: str
):
    client = visitor(app, world, "practitioner")
    assert client.get("/learning").status_code == 200
    person = person_called(world, "practitioner")
    with writing():
        setattr(person, raised, 1 if raised == "session_number" else datetime(2026, 11, 20, tzinfo=UTC))
    assert client.get("/learning").status_code == 303


def test_pages_of_people_are_never_kept_by_browsers(app: Flask, world: World):
    answer = visitor(app, world, "coordinator").get(f"/people/{world['practitioner']}")
    assert answer.headers["Cache-Control"] == "no-store"


def test_somebody_whose_work_ended_says_first_where_they_work_now(app: Flask, world: World):
    person = person_called(world, "colleague")
    with writing() as session:
        works = session.scalars(sa.select(Affiliation).where(Affiliation.person_id == person.id)).one()
        works.until_on = (TODAY - timedelta(days=1)).date()
    answer = visitor(app, world, "colleague").get("/learning")
    assert answer.location == "/sign-in/about-you?next=/learning"
