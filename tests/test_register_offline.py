"""The register in a hall without signal, in a real browser at 390 px: two phones, a cut in the middle, a page that is
opened without a network; and that no name stays on a phone afterwards."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.accounts.models import Person
from app.attendance import actions
from app.attendance.day_links import token_of
from app.attendance.models import Mark, MarkChange
from app.attendance.rules import MarkKind, Wanted
from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db
from app.pool.models import EventTrainer
from app.records.actions import changing
from tests.factories import make_agency
from tests.live import serve
from tests.registers import (
    NAMES,
    cookies_of,
    cut,
    eventually,
    here,
    is_kept,
    look_again,
    make_deliverer,
    make_four,
    marks,
    mend,
    phone,
    remembered,
    tap,
    wait_for,
)

pytestmark = pytest.mark.browser
NO_SIGNAL = "No signal"


@pytest.fixture
def event(app: Flask) -> Event:
    """It began an hour ago, on the clock that the browser has too."""
    return make_four(clock.now() - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


@pytest.fixture
def tina(event: Event) -> Person:
    """So does Tina."""
    return make_deliverer(event, "Tina Tutor")


@pytest.fixture
def url(app: Flask) -> Iterator[str]:
    """The site."""
    with serve(app) as found:
        yield found


@pytest.fixture
def toms(chromium: Any, app: Flask, url: str, event: Event, tom: Person) -> Iterator[Any]:
    """Tom's phone, with the register open and kept."""
    with phone(chromium, app, url, tom, f"/events/{event.id}/register") as page:
        is_kept(page)
        yield page


@pytest.fixture
def tinas(chromium: Any, app: Flask, url: str, event: Event, tina: Person) -> Iterator[Any]:
    """Tina's phone."""
    with phone(chromium, app, url, tina, f"/events/{event.id}/register") as page:
        is_kept(page)
        yield page


def band_of(page: Any) -> Any:
    """The grey band."""
    return page.locator("[data-offline]")


def all_sent(page: Any) -> None:
    """Wait until the site has answered for every tick."""
    from playwright.sync_api import expect

    expect(page.get_by_text("Not sent yet")).to_have_count(0)


def close_register(event_id: int, by: Person) -> None:
    """The other trainer closes it, everybody marked, when the course is over."""
    later = clock.now() + timedelta(hours=4)
    with changing(event_id, now=later) as locked:
        actions.close(locked, by=by, now=later)


def test_two_phones_lose_nothing_when_one_has_no_signal_in_the_middle(toms: Any, tinas: Any):
    from playwright.sync_api import expect

    tap(toms, NAMES[0], "Here")
    eventually({NAMES[0]: "present"})
    all_sent(toms)
    cut(toms)
    tap(toms, NAMES[1], "Here")
    tap(toms, NAMES[2], "Absent")
    expect(band_of(toms)).to_contain_text("2 ticks are kept on this phone")
    tap(tinas, NAMES[3], "Here")
    eventually({NAMES[0]: "present", NAMES[3]: "present"})
    toms.wait_for_timeout(1100)
    tap(tinas, NAMES[2], "Here")  # later than Tom's, which arrives after it
    eventually({NAMES[0]: "present", NAMES[2]: "present", NAMES[3]: "present"})
    mend(toms)
    eventually(dict.fromkeys(NAMES, "present"))
    look_again(tinas)
    for page in (toms, tinas):
        here(page, "4 of 4 here")
        line = page.locator(".rt-register > li", has_text=NAMES[2])
        line.locator("summary").click()
        expect(line.locator("[data-said]")).to_contain_text("Here: Tina Tutor")
        expect(line.locator("[data-earlier]")).to_contain_text("Absent: Tom Trainer")
        expect(page.locator(".rt-register > li", has_text=NAMES[1]).locator("[data-said]")).to_contain_text(
            "Here: Tom Trainer"
        )
    assert db.session.scalars(sa.select(MarkChange.stood)).all() == [False]


def test_the_page_reloads_and_opens_afresh_without_signal_with_every_mark_as_it_was(toms: Any, event: Event):
    from playwright.sync_api import expect

    tap(toms, NAMES[0], "Here")
    tap(toms, NAMES[3], "Absent")
    eventually({NAMES[0]: "present", NAMES[3]: "absent"})
    wait_for(lambda: "register-seen" in remembered(toms))
    cut(toms)
    tap(toms, NAMES[1], "Here")
    toms.reload()
    here(toms, "2 of 4 here")
    expect(band_of(toms)).to_contain_text("No signal: 1 tick is kept on this phone")
    toms.close()
    again = toms.context.new_page()
    again.goto(f"/events/{event.id}/register")
    here(again, "2 of 4 here")
    expect(again.get_by_role("radio", name=f"{NAMES[3]}: Absent")).to_be_checked()
    tap(again, NAMES[2], "Here")
    here(again, "3 of 4 here")
    assert marks() == {NAMES[0]: "present", NAMES[3]: "absent"}
    mend(again)
    eventually({**dict.fromkeys(NAMES[:3], "present"), NAMES[3]: "absent"})
    expect(band_of(again)).to_be_hidden()


def test_with_signal_the_page_is_never_an_old_one(toms: Any, event: Event, tom: Person):
    with changing(event.id, now=clock.now()) as locked:
        booking = db.session.scalars(sa.select(Booking).where(Booking.event_id == event.id)).first()
        assert booking is not None
        booking.needs = "A seat near the door"
        locked.booking_limit = locked.booking_limit
    assert "A seat near the door" not in remembered(toms)
    toms.reload()
    assert toms.get_by_text("A seat near the door").is_visible()
    wait_for(lambda: "A seat near the door" in remembered(toms))


def test_only_the_registers_own_page_opens_without_signal(toms: Any, event: Event):
    cut(toms)
    for address in ("/my-events", f"/events/{event.id}", f"/events/{event.id}/register/close"):
        with pytest.raises(Exception, match="ERR_"):
            toms.goto(address)


def test_somebody_typed_without_signal_is_kept_and_added_once(toms: Any, event: Event, url: str):
    from playwright.sync_api import expect

    make_agency("Northshire Police", sector="Criminal justice")
    db.session.rollback()
    toms.reload()
    is_kept(toms)
    cut(toms)
    toms.get_by_text("Someone not on the list", exact=True).click()
    toms.get_by_label("Name", exact=True).fill("Wanda Walker")
    toms.get_by_role("button", name="Add, and mark here").click()
    expect(toms.locator("[data-unsent]")).to_contain_text("choose their agency")
    toms.get_by_label("Agency").select_option(label="Northshire Police")
    toms.get_by_role("button", name="Add, and mark here").click()
    kept = toms.locator("[data-kept]")
    expect(kept).to_contain_text("Wanda Walker")
    toms.reload()
    expect(kept).to_contain_text("Wanda Walker")
    assert marks() == {}
    mend(toms)
    eventually({"Wanda Walker": "present"})
    expect(kept).to_be_hidden()
    here(toms, "1 of 5 here")
    people = db.session.scalars(sa.select(Person).where(Person.name == "Wanda Walker")).all()
    assert len(people) == 1


def test_hours_later_and_signed_in_again_everything_is_sent(
    toms: Any, app: Flask, url: str, event: Event, tom: Person
):
    from playwright.sync_api import expect

    cut(toms)
    tap(toms, NAMES[0], "Here")
    toms.context.clear_cookies()
    mend(toms)
    expect(band_of(toms)).to_contain_text("You are signed out. Your 1 tick is kept on this phone.")
    assert marks() == {}
    # Another session has another token: the page that is still open gets it and sends by itself.
    toms.context.add_cookies(cookies_of(app, url, tom))
    db.session.rollback()
    look_again(toms)
    eventually({NAMES[0]: "present"})
    expect(band_of(toms)).to_be_hidden()


def test_no_name_stays_on_the_phone_once_the_register_is_closed(toms: Any, event: Event, tina: Person):
    from playwright.sync_api import expect

    toms.get_by_role("button", name="Mark everybody else here").click()
    eventually(dict.fromkeys(NAMES, "present"))
    wait_for(lambda: "register-seen" in remembered(toms))
    close_register(event.id, tina)
    db.session.rollback()
    look_again(toms)
    expect(band_of(toms)).to_contain_text("The register was closed meanwhile.")
    wait_for(lambda: not any(name in remembered(toms) for name in [*NAMES, "Tom Trainer", "Tina"]))
    assert toms.evaluate("localStorage.length") == 0
    assert toms.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    toms.reload()
    assert toms.evaluate("async () => (await caches.keys()).length") == 0


def test_no_name_stays_on_the_phone_after_signing_out(toms: Any):
    tap(toms, NAMES[0], "Here")
    wait_for(lambda: "register-seen" in remembered(toms))
    toms.locator(".rt-menu summary").click()
    toms.get_by_role("button", name="Sign out").click()
    toms.wait_for_url(lambda address: "register" not in address)
    assert toms.evaluate("async () => (await caches.keys()).length") == 0
    assert toms.evaluate("localStorage.length") == 0


def test_no_name_stays_on_the_phone_when_the_day_is_over(toms: Any, event: Event):
    wait_for(lambda: "register-kept" in remembered(toms))
    toms.evaluate(
        "path => localStorage.setItem(`register-kept:${path}`, String(Date.now() - 1))",
        f"/events/{event.id}/register",
    )
    toms.goto("/my-events")
    wait_for(lambda: not any(name in remembered(toms) for name in NAMES))
    assert toms.evaluate("localStorage.length") == 0


def test_a_phone_that_was_signed_out_elsewhere_keeps_no_names(toms: Any):
    toms.context.clear_cookies()
    toms.reload()
    wait_for(lambda: not any(name in remembered(toms) for name in NAMES))


def test_ticks_that_come_after_the_closing_are_not_lost(toms: Any, event: Event, tina: Person):
    from playwright.sync_api import expect

    cut(toms)
    tap(toms, NAMES[0], "Absent")
    wanted = {id: Wanted(MarkKind.PRESENT) for id in db.session.scalars(sa.select(Booking.id))}
    session_id = db.session.scalars(sa.text("SELECT id FROM event_session")).one()
    with changing(event.id, now=clock.now()) as locked:
        actions.mark_delegates(
            locked, session_id, wanted, by_id=tina.id, now=clock.now() - timedelta(minutes=5)
        )
    close_register(event.id, tina)
    db.session.rollback()
    mend(toms)
    expect(band_of(toms)).to_contain_text("The register was closed meanwhile. 1 tick is not saved.")
    toms.get_by_role("link", name="Open it, and say why you correct it").click()
    expect(toms.get_by_role("radio", name=f"{NAMES[0]}: Absent")).to_be_checked()
    toms.locator("#correction").fill("She left before the start")
    toms.get_by_role("button", name="Save the register").click()
    eventually({NAMES[0]: "absent", **dict.fromkeys(NAMES[1:], "present")})


def test_the_mailed_link_is_kept_the_evening_before_and_ticks_without_signal_the_next_day(
    chromium: Any, app: Flask, url: str
):
    from playwright.sync_api import expect

    starts = clock.now() + timedelta(minutes=62)  # two minutes before it opens
    event = make_four(starts)
    tom = make_deliverer(event)
    trainer = db.session.scalars(sa.select(EventTrainer).where(EventTrainer.person_id == tom.id)).one()
    token = token_of(trainer, clock.london_day(starts))
    with phone(chromium, app, url, None, f"/registers/{token}") as page:
        expect(page.get_by_text("You can mark from an hour before the start")).to_be_visible()
        expect(page.get_by_role("radio")).to_have_count(0)
        is_kept(page)
        cut(page)
        page.close()
        again = page.context.new_page()
        again.clock.install(time=starts - timedelta(minutes=30))
        again.goto(f"/registers/{token}")
        tap(again, NAMES[0], "Here")
        here(again, "1 of 4 here")
        expect(band_of(again)).to_contain_text("1 tick is kept on this phone")
        assert marks() == {}
    assert not db.session.scalars(sa.select(Mark)).all()
