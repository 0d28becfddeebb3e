"""The table of messages: every wording belongs to one row; what is switched off is not posted."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from app.db import db, writing
from app.errors import Refused
from app.notifications import choices, letters, unreachable
from app.notifications.actions import post
from app.notifications.message_table import BY_KEY, BY_WORDING, MESSAGES
from app.notifications.models import Letter
from tests.factories import make_partnership

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
EMAIL = "priya@northshire.example"


def posted(message: str, key: str = "x", **more: object) -> bool:
    """Whether a letter of this wording comes into the outbox."""
    context = {"to_name": "Priya", "partnership": make_partnership(), "now": NOW, **more}
    with writing():
        return post(message, key=key, to_email=EMAIL, **context) is not None  # type: ignore[arg-type]


def switched(key: str, *, on: bool) -> None:
    with writing():
        choices.switch(make_partnership().id, key, on=on, by="", now=NOW)


@pytest.mark.usefixtures("app")
def test_every_wording_belongs_to_one_message():
    assert {name for name, _ in letters.messages()} <= set(BY_WORDING)
    assert len(BY_WORDING) == sum(len(message.wordings) for message in MESSAGES)


def test_nothing_is_both_optional_and_always_sent():
    assert not [m.key for m in MESSAGES if m.optional and m.always]


@pytest.mark.usefixtures("app")
def test_a_message_is_sent_as_the_table_says_until_it_is_switched():
    partnership = make_partnership()
    assert {m.key for m in MESSAGES if not choices.is_on(partnership.id, m.key)} == {
        *("reminder", "missed", "who-went", "bulletin")
    }
    switched("reminder", on=True)
    switched("booking", on=False)
    assert choices.is_on(partnership.id, "reminder")
    assert not choices.is_on(partnership.id, "booking")
    switched("booking", on=True)
    assert choices.is_on(partnership.id, "booking")


@pytest.mark.usefixtures("app")
def test_what_is_switched_off_is_not_posted():
    words = {"sent_as": "x", "heading": "Bring a lunch", "paragraphs": ["The kitchen is closed."]}
    about = {
        "course": {"title": "Neglect"},
        "event": {"starts_at": None},
        "place": "",
        "stands": "",
        "booking": "b",
    }
    switched("written", on=False)
    assert not posted("message", **words, **about, has_place=False)
    assert posted("test-mail", **words)
    assert db.session.scalars(sa.select(Letter.message)).all() == ["test-mail"]


@pytest.mark.usefixtures("app")
def test_sign_in_cannot_be_switched_off():
    with writing(), pytest.raises(Refused):
        choices.switch(make_partnership().id, "sign-in", on=False, by="", now=NOW)


@pytest.mark.usefixtures("app")
def test_a_reader_may_not_want_what_is_optional_and_nothing_else():
    with writing():
        choices.choose("Priya@Northshire.example", "reminder", wanted=False, now=NOW)
    assert not choices.wants(EMAIL, "reminder")
    assert choices.wants("sam@northshire.example", "reminder")
    with writing():
        choices.choose(EMAIL, "reminder", wanted=True, now=NOW)
    assert choices.wants(EMAIL, "reminder")
    for key in ("booking", "changed", "sign-in"):
        with pytest.raises(Refused):
            choices.choose(EMAIL, key, wanted=False, now=NOW)


@pytest.mark.usefixtures("app")
def test_an_address_whose_mail_came_back_is_marked_once_until_it_is_cleared():
    with writing():
        assert unreachable.came_back("Priya@northshire.example", why="550 no such person", now=NOW)
        assert not unreachable.came_back(EMAIL, why="550 no such person", now=NOW)
        assert unreachable.is_unreachable(EMAIL)
        assert unreachable.works_again(EMAIL, now=NOW) == 1
        assert not unreachable.is_unreachable(EMAIL)
    assert BY_KEY["booking"].label
