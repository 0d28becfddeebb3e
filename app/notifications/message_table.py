"""Which messages there are (domain.md "Messages"): to whom, when, and whether they are sent at first. Pure.

A row of that table has one wording file or several (``templates/emails/<wording>.txt``; ``text-<name>`` is that of a
text message, ``templates/texts/<name>.txt``). A partnership may switch
every row on or off that is not ``always`` sent; a person only those that are ``optional``.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Message:
    """A row of the table: its key, what it is called on pages, who gets it and when, and its wordings."""

    key: str
    label: str
    to: str
    when: str  # with gaps for what a partnership sets: see ``when_sent``
    wordings: tuple[str, ...]
    reason: str  # why its reader gets it, as a sentence for whoever looks the mail up
    on: bool = True  # whether it is sent until a partnership says otherwise
    always: bool = False  # nobody can switch it off
    optional: bool = False  # a person may say that they do not want it


MESSAGES = (
    Message(
        key="sign-in",
        label="Sign-in link and code",
        to="the person",
        when="when asked for",
        wordings=(
            "sign-in",
            "code-read-out",
            "address-changed",
            "test-mail",
        ),
        always=True,
        reason="Somebody asked to sign in with this address, or the training team helped its owner.",
    ),
    Message(
        key="booking",
        label="Bookings and waiting lists",
        to="the person; the manager where the course says so",
        when="at once",
        wordings=(
            *("booked", "booked-manager", "promoted", "requested", "approved-waiting", "declined", "expired"),
            *("waiting", "offer", "lapsed", "list-closed", "booking-cancelled", "moved", "moved-away"),
            *("place-given-on", "place-taken-over", "released", "evidence-accepted", "evidence-refused"),
            "calendar-declined",
        ),
        reason="A booking of this person, or of somebody whose manager they are, was made or changed.",
    ),
    Message(
        key="group",
        label="Places held for an agency, and numbers an organisation sends",
        to="the agency lead; whoever sent the numbers",
        when="at once",
        wordings=(
            *("places-held", "name-people", "places-run-out"),
            *("numbers-sent", "numbers-link", "numbers-message", "organisation-news"),
        ),
        reason="They hold places for their organisation, or sent its numbers.",
    ),
    Message(
        key="approve",
        label="Do you agree?",
        to="the approver",
        when="at once, again {approval_again}",
        wordings=("approve",),
        reason="They were named as the one who agrees to a booking.",
    ),
    Message(
        key="changed",
        label="Changed, postponed, cancelled",
        to="delegates and trainers",
        when="at once; changes within 10 minutes are one, unless the start is within 2 hours",
        wordings=(
            *("event-changed", "event-postponed", "event-cancelled", "event-dated"),
            *("trainer-event-changed", "trainer-event-postponed", "trainer-event-cancelled"),
            "trainer-event-dated",
            *("text-event-changed", "text-event-postponed", "text-event-cancelled", "text-event-dated"),
        ),
        reason="They have a place on this date, wait for one, or train on it.",
    ),
    Message(
        key="joining",
        label="Joining details, with the questions before",
        to="the person",
        when="{joining}, or at booking if later",
        wordings=("joining",),
        reason="They have a place on this date, and it comes near.",
    ),
    Message(
        key="recording",
        label="Recording said or changed, and removed",
        to="those with a place; the coordinator once it is removed",
        when="at once; when its last day is over",
        wordings=("recording-said", "recording-removed"),
        reason="They have a place on a date that is recorded, or look after it.",
    ),
    Message(
        key="reminder",
        label="Reminder",
        to="the person",
        when="{reminder}",
        wordings=("reminder",),
        on=False,
        optional=True,
        reason="They have a place on this date, and it begins on the next working day.",
    ),
    Message(
        key="part-one",
        label="Part 1 to finish",
        to="the person; the manager where the course says so",
        when="at booking, {part_one_reminders}, on the deadline day",
        wordings=("part-one", "part-one-manager", "part-one-waived"),
        reason="They have a place, or manage somebody who has one, and part 1 comes first.",
    ),
    Message(
        key="check-in",
        label="Link to check in with",
        to="the person",
        when="when asked for, at the start of a session",
        wordings=("check-in",),
        always=True,
        reason="Somebody in the room asked to check in with this address.",
    ),
    Message(
        key="evaluate",
        label="Evaluation, with the certificate, and once more",
        to="the person",
        when="at the end; {evaluate_again}",
        wordings=("evaluate", "evaluate-again"),
        reason="They came to this course.",
    ),
    Message(
        key="certificate",
        label="Certificate withdrawn, or ready after a correction",
        to="the person",
        when="10 minutes after a closed register or an outcome was corrected",
        wordings=("certificate-withdrawn", "certificate-ready"),
        reason="They came to this course, and its register or their outcome was corrected.",
    ),
    Message(
        key="missed",
        label="We missed you: why?",
        to="the person; the manager where the course says so",
        when="{missed}",
        wordings=("missed", "missed-manager"),
        on=False,
        reason="They had a place, or manage somebody who had one, and were not marked as present.",
    ),
    Message(
        key="follow-up",
        label="Follow-up, and once more",
        to="the person",
        when="{follow_up}; again {follow_up_again}",
        wordings=("follow-up", "follow-up-again"),
        optional=True,
        reason="They came to this course some weeks ago.",
    ),
    Message(
        key="trainer",
        label="Call to deliver, confirmed, changed, released",
        to="the trainer",
        when="at once",
        wordings=(
            *(
                "trainer-call",
                "trainer-call-over",
                "trainer-named",
                "trainer-part",
                "trainer-released",
                "trainer-unpublished",
            ),
        ),
        reason="They were asked to deliver this date, are on it, or were taken off it.",
    ),
    Message(
        key="pool",
        label="Training pool: taken in, declined, released by a manager",
        to="whoever asked to join; a member and their manager",
        when="at once; the manager again {release_again}",
        wordings=("pool-accepted", "pool-declined", "release-asked", "release-answered"),
        reason="They asked to join the training pool, belong to it, or manage somebody who does.",
    ),
    Message(
        key="cue-sheet",
        label="Cue sheet and register",
        to="the trainer",
        when="at {cue_sheet_hour} the day before each day of the course",
        wordings=("cue-sheet",),
        reason="They deliver this date, and it comes near.",
    ),
    Message(
        key="register-open",
        label="The register is open",
        to="the trainer, then the administrator",
        when="{register_open} at {register_open_hour}; {register_open_desk}",
        wordings=("register-open", "register-open-desk"),
        reason="They deliver this date or look after it, and its register is still open.",
    ),
    Message(
        key="refresher",
        label="A refresher is due",
        to="the person; a digest to the agency lead",
        when="3 months and 1 month before",
        wordings=("refresher", "refresher-digest"),
        optional=True,
        reason="What they learnt is due to be refreshed, or that of their people.",
    ),
    Message(
        key="who-went",
        label="Who went, who did not",
        to="the agency lead and the manager",
        when="once a month",
        wordings=("who-went",),
        on=False,
        optional=True,
        reason="They lead or manage people who had places in this month.",
    ),
    Message(
        key="bulletin",
        label="Bulletin",
        to="those who asked for it",
        when="when a coordinator sends it",
        wordings=("bulletin",),
        on=False,
        optional=True,
        reason="They asked for the bulletin.",
    ),
    Message(
        key="bulletin-asked",
        label="Do you want the bulletin?",
        to="an address that asked for it; its editor, to look at one",
        when="when asked for",
        wordings=("bulletin-confirm", "bulletin-trial"),
        always=True,
        reason="Somebody asked with this address for the bulletin, or to see one before it is sent.",
    ),
    Message(
        key="new-date",
        label="New dates and invitations",
        to="those who asked to be told, or were invited",
        when="when a date is published",
        wordings=("new-date", "invitation"),
        reason="They asked to be told of new dates of this course, or were invited to this one.",
    ),
    Message(
        key="written",
        label="Written by the training team",
        to="those it was written to",
        when="when it is sent",
        wordings=("message", "text-message"),
        reason="The training team wrote to everybody it chose for this mail, and they are among them.",
    ),
)
BY_KEY = {message.key: message for message in MESSAGES}
BY_WORDING = {wording: message for message in MESSAGES for wording in message.wordings}
# Written by hand, with no name of its own in the reader's mail box: one that comes twice is worse than none.
ONCE_ONLY = frozenset({"message", "numbers-message", "bulletin"})
