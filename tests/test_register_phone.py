"""The register in a real browser: a tap is saved at once, and the page is never left."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.accounts.models import Person
from app.catalogue.models import Event
from app.db import db
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import (
    make_booking,
    make_person,
)
from tests.live import axe_findings, complaints, open_folds, serve, size
from tests.registers import (
    NAMES,
    cut,
    eventually,
    here,
    make_deliverer,
    make_four,
    marks,
    public_ids,
    tap,
    wait_for,
)
from tests.registers import phone as open_phone


@pytest.fixture
def event(app: Flask, today: object) -> Event:
    """An event that began an hour ago, with four people."""
    return make_four(TODAY - timedelta(hours=1))


@pytest.fixture
def tom(event: Event) -> Person:
    """Tom delivers it."""
    return make_deliverer(event)


@pytest.fixture
def phone(event: Event, tom: Person, app: Flask, chromium: Any) -> Iterator[Any]:
    """The register on a phone, as Tom sees it, with ten people on it."""
    for name in ("Kit Waiting", "Kit Absent"):
        make_person(name)
    for number in range(6):
        make_booking(event, make_person(f"Filler {number} Zimmer"))
    address = f"/events/{event.id}/register"
    db.session.rollback()
    with serve(app) as url, open_phone(chromium, app, url, tom, address, at=TODAY) as page:
        yield page


@pytest.mark.browser
def test_a_tap_is_saved_at_once_and_a_second_tap_takes_it_back(phone: Any):
    tap(phone, NAMES[0], "Here")
    tap(phone, NAMES[1], "Absent")
    here(phone, "1 of 10 here")
    eventually({NAMES[0]: "present", NAMES[1]: "absent"})
    tap(phone, NAMES[0], "Here")
    here(phone, "0 of 10 here")
    eventually({NAMES[1]: "absent"})


@pytest.mark.browser
def test_without_signal_ticks_stay_on_the_phone_even_when_the_page_is_closed(phone: Any):
    from playwright.sync_api import expect

    phone.context.set_offline(True)
    tap(phone, NAMES[0], "Here")
    tap(phone, NAMES[2], "Here")
    band = phone.locator("[data-offline]")
    expect(band).to_contain_text("No signal: 2 ticks are kept on this phone, will send.")
    here(phone, "2 of 10 here")
    assert marks() == {}
    phone.context.set_offline(False)
    phone.reload()
    here(phone, "2 of 10 here")
    expect(band).to_be_hidden()
    eventually({NAMES[0]: "present", NAMES[2]: "present"})
    wait_for(
        lambda: (
            not phone.evaluate(
                "Object.keys(localStorage).filter((key) => /^register-[0-9]/.test(key)).length"
            )
        )
    )


@pytest.mark.browser
def test_back_in_signal_what_was_kept_is_sent_without_a_tap(phone: Any):
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Mark everybody else here").click()
    here(phone, "10 of 10 here")
    phone.context.set_offline(False)
    wait_for(lambda: list(marks().values()) == ["present"] * 10)


@pytest.mark.browser
def test_who_is_signed_out_meanwhile_keeps_the_ticks_until_signed_in_again(phone: Any):
    from playwright.sync_api import expect

    cookies = phone.context.cookies()
    phone.context.clear_cookies()
    tap(phone, NAMES[0], "Here")
    expect(phone.locator("[data-offline]")).to_contain_text("You are signed out")
    assert marks() == {}
    phone.context.add_cookies(cookies)
    phone.reload()
    eventually({NAMES[0]: "present"})


@pytest.mark.browser
def test_a_name_nobody_on_the_list_has_is_added_from_those_we_know(phone: Any, event: Event):
    from playwright.sync_api import expect

    phone.get_by_label("Find a name").fill("ade")
    expect(phone.locator(".rt-register > li:visible")).to_have_count(1)
    phone.get_by_label("Find a name").fill("kit")
    expect(phone.get_by_text("Nobody on the list is called “kit”")).to_be_visible()
    phone.get_by_role("button", name="Add them").click()
    phone.get_by_role("button", name="Kit Waiting").click()
    expect(phone.get_by_text("Kit Waiting is on the register, marked here.")).to_be_visible()
    here(phone, "1 of 11 here")
    tap(phone, NAMES[0], "Here")
    eventually({"Kit Waiting": "present", NAMES[0]: "present"})


@pytest.mark.browser
def test_minutes_that_cannot_be_are_said_beside_the_name(phone: Any):
    from playwright.sync_api import expect

    line = phone.locator(".rt-register > li", has_text=NAMES[0])
    line.locator(".rt-more-marks summary").click()
    line.get_by_label("Minutes late").fill("lots")
    line.get_by_label("Minutes late").blur()
    expect(line).to_contain_text("Enter minutes as a whole number, such as 15")
    line.get_by_label("Minutes late").fill("20")
    line.get_by_label("Minutes late").blur()
    expect(line).not_to_contain_text("Enter minutes")
    expect(line).to_contain_text("20 minutes late")
    here(phone, "1 of 10 here")
    eventually({NAMES[0]: "present"})


@pytest.mark.browser
def test_what_another_phone_marked_is_seen_when_this_one_is_looked_at_again(
    phone: Any, client: CheckedClient, event: Event, tom: Person
):
    from playwright.sync_api import expect

    here(phone, "0 of 10 here")
    client.sign_in(tom)
    address, ids = f"/events/{event.id}/register", public_ids(event)
    client.send(address, button="Save the register", **{f"mark-{ids[NAMES[3]]}": "present"})
    phone.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    here(phone, "1 of 10 here")
    expect(phone.get_by_role("radio", name=f"{NAMES[3]}: Here")).to_be_checked()
    client.send(f"{address}/walk-in", on=address, email="kit.waiting@northshire.example")
    tap(phone, NAMES[0], "Here")
    expect(phone.locator("[data-offline]")).to_contain_text("Somebody was added on another phone")
    phone.get_by_role("link", name="Show the list as it is").click()
    here(phone, "3 of 11 here")


@pytest.mark.browser
def test_late_is_one_tap_and_the_minutes_are_corrected_in_its_fold(phone: Any):
    from playwright.sync_api import expect

    tap(phone, NAMES[0], "Late")
    eventually({NAMES[0]: "present"})
    line = phone.locator(".rt-register > li", has_text=NAMES[0])
    expect(line).to_contain_text(re.compile("6[0-2] minutes late"))
    line.locator("summary").click()
    line.get_by_label("Minutes late").fill("15")
    line.get_by_label("Minutes late").blur()
    expect(line.locator("[data-said]")).to_contain_text("Here, 15 minutes late: Tom Trainer")
    here(phone, "1 of 10 here")
    tap(phone, NAMES[0], "Here")
    expect(line.locator("[data-said]")).to_have_text(re.compile("^Here: Tom Trainer"))
    expect(line.get_by_label("Minutes late")).to_have_value("")


@pytest.mark.browser
def test_undo_gives_back_what_a_tap_or_everybody_here_replaced(phone: Any):
    from playwright.sync_api import expect

    tap(phone, NAMES[0], "Late")
    late = phone.locator(".rt-register > li", has_text=NAMES[0]).get_by_label("Minutes late")
    minutes = late.input_value()
    tap(phone, NAMES[0], "Absent")
    eventually({NAMES[0]: "absent"})
    phone.get_by_role("button", name="Everybody else is here").click()
    here(phone, "9 of 10 here")
    phone.get_by_role("button", name="Undo: 9 people").click()
    eventually({NAMES[0]: "absent"})
    phone.get_by_role("button", name=f"Undo: {NAMES[0]}").click()
    expect(phone.get_by_role("radio", name=f"{NAMES[0]}: Late")).to_be_checked()
    assert late.input_value() == minutes
    phone.get_by_role("button", name=f"Undo: {NAMES[0]}").click()
    here(phone, "0 of 10 here")
    wait_for(lambda: marks() == {})


@pytest.mark.browser
def test_the_register_is_marked_with_the_keyboard_alone(phone: Any):
    phone.get_by_role("radio", name=f"{NAMES[0]}: Here").focus()
    phone.keyboard.press("Space")
    eventually({NAMES[0]: "present"})
    phone.keyboard.press("ArrowRight")
    phone.keyboard.press("ArrowRight")
    eventually({NAMES[0]: "absent"})
    assert phone.evaluate("document.activeElement.value") == "absent"
    phone.keyboard.press("Tab")
    assert phone.evaluate("document.activeElement.tagName") == "SUMMARY"
    phone.keyboard.press("Enter")
    assert phone.evaluate("document.activeElement.parentElement.open")


@pytest.mark.browser
def test_axe_finds_nothing_without_signal_with_ticks_people_and_a_fault_at_both_widths(phone: Any):
    from playwright.sync_api import expect

    line = phone.locator(".rt-register > li", has_text=NAMES[0])
    line.locator("summary").click()
    line.get_by_label("Minutes late").fill("lots")
    line.get_by_label("Minutes late").blur()
    expect(line).to_contain_text("Enter minutes as a whole number")
    cut(phone)
    tap(phone, NAMES[1], "Here")
    phone.get_by_text("Someone not on the list", exact=True).click()
    phone.get_by_label("Work email").fill("wanda.walker@police.example")
    phone.get_by_role("button", name="Add, and mark here").click()
    expect(phone.locator("[data-kept]")).to_contain_text("wanda.walker@police.example")
    expect(phone.locator("[data-offline]")).to_contain_text("kept on this phone")
    open_folds(phone)
    for width in ("phone", "desktop"):
        phone.set_viewport_size(size(width))
        assert [*complaints(phone), *axe_findings(phone)] == []
