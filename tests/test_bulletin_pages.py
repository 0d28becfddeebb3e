"""Writing and sending a bulletin at the desk."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.bulletin.models import Bulletin
from app.bulletin.rules import Wishes
from app.catalogue.models import Event
from app.db import db, writing
from app.notifications.shipped import shipped
from app.notifications.wordings import save as save_wording
from app.records.actions import changing
from tests.browser import CheckedClient, Page, words
from tests.bulletins import (
    approve,
    leave,
    letters,
    make_bulletin,
    make_date,
    make_subscriber,
    switch_on,
    work,
)
from tests.conftest import TODAY
from tests.factories import make_booking, make_person
from tests.signing_in import another

SAM, UMA = "sam@northshire.example", "uma@northshire.example"


@pytest.fixture(autouse=True)
def cora(client: CheckedClient, today: time_machine.Traveller) -> Person:
    """Cora coordinates, and sits at the browser."""
    person = make_person("Cora Coordinator", Role.COORDINATOR)
    client.sign_in(person)
    return person


def begin(client: CheckedClient) -> str:
    """A new draft; the path of its page."""
    client.send("/bulletin/new", on="/bulletin", button="Write a bulletin")
    return f"/bulletin/{newest().public_id}"


def newest() -> Bulletin:
    """The bulletin that was begun last."""
    db.session.expire_all()
    return db.session.scalars(sa.select(Bulletin).order_by(Bulletin.id.desc()).limit(1)).one()


def shown(page: Page) -> list[str]:
    """The dates on the page that are ticked, in their order."""
    labels = {label.get("for"): words(label) for label in page.all("label")}
    boxes = [box for box in page.all("input") if box.get("name") == "date" and box.get("checked") is not None]
    return [labels[box.get("id")] for box in boxes]


def save(client: CheckedClient, at: str, status: int = 200, **typed: object) -> Page:
    """Save what is typed."""
    return client.send(f"{at}/edit", button="Save", status=status, **typed)


def press(client: CheckedClient, at: str, name: str, value: str) -> Page:
    """Press one of the buttons among the dates."""
    return client.send(f"{at}/edit", button="Save", **{name: value})


def test_the_draft_is_composed_already(client: CheckedClient):
    make_date("Neglect", days=20)
    make_date("Exploitation", days=5)
    make_date("Far away", days=100)
    make_booking(make_date("Full", capacity=1))
    page = client.page(f"{begin(client)}/edit")
    assert shown(page) == ["Exploitation", "Neglect"]
    assert "20 places left" in page.text and "Far away" in page.text and "Full" not in page.text
    assert [words(h) for h in page.all("h3")] == ["November 2026", "December 2026"]
    assert letters() == []


def test_dates_are_left_out_put_in_and_survive_a_reload(client: CheckedClient):
    soon, far = make_date("Neglect", days=5), make_date("Far away", days=100)
    make_date("Exploitation", days=6)
    at = begin(client)
    exploitation = db.session.scalars(sa.select(Event.id).order_by(Event.id.desc())).first()
    save(client, at, date=[str(far.id), str(exploitation)], opening="Hello all.")
    page = client.page(f"{at}/edit")
    assert shown(page) == ["Exploitation", "Far away"]
    assert page.form("", "Save")["opening"].strip() == "Hello all."
    make_date("Comes later", days=7)
    assert shown(client.page(f"{at}/edit")) == ["Exploitation", "Comes later", "Far away"]
    save(client, at, date=[str(soon.id)])
    assert shown(client.page(f"{at}/edit")) == ["Neglect"]


def test_dates_are_moved_within_their_month_and_back(client: CheckedClient):
    first, second = make_date("Neglect", days=15), make_date("Exploitation", days=16)
    at = begin(client)
    page = press(client, at, "move", f"down:{first.id}")
    assert shown(page) == ["Exploitation", "Neglect"]
    page = press(client, at, "move", f"up:{first.id}")
    assert shown(page) == ["Neglect", "Exploitation"]
    press(client, at, "move", f"up:{second.id}")
    assert shown(press(client, at, "move", "reset")) == ["Neglect", "Exploitation"]


@pytest.mark.parametrize("nonsense", ["up:", "up:x", "sideways:1", "up:99999", "up:1:2", "-1"])
def test_moving_what_is_not_there_changes_nothing(client: CheckedClient, nonsense: str):
    make_date()
    assert shown(press(client, begin(client), "move", nonsense)) == ["Neglect"]


def test_two_editors_do_not_save_over_each_other_unseen(app: Flask, client: CheckedClient):
    make_date()
    at = begin(client)
    ben = another(app).sign_in(make_person("Ben Coordinator", Role.COORDINATOR))
    opened = client.page(f"{at}/edit").form("", "Save")
    save(ben, at, opening="Ben's words.")
    answer = client.post(f"{at}/edit", data={**opened, "opening": "Cora's words."})
    page = Page(answer)
    assert answer.status_code == 422
    assert "Ben Coordinator saved this bulletin at 10am, after you had opened it." in page.text
    assert page.form("", "Save")["opening"].strip() == "Cora's words."
    assert newest().opening == "Ben's words."
    fields, over = page.form("", "Save mine over it"), str(newest().version)
    assert over in [b.get("value") for b in page.all("button")]
    client.post(f"{at}/edit", data={**fields, "over": over})
    assert newest().opening == "Cora's words."


def test_saving_over_a_version_that_is_old_again_is_said_again(app: Flask, client: CheckedClient):
    at = begin(client)
    opened = client.page(f"{at}/edit").form("", "Save")
    save(client, at, opening="One.")
    save(client, at, opening="Two.")
    answer = client.post(f"{at}/edit", data={**opened, "opening": "Three.", "over": "2"})
    assert answer.status_code == 422 and newest().opening == "Two."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": ""}, "Enter a subject"),
        ({"subject": "x" * 121}, "Use at most 120 characters"),
        ({"opening": "x" * 10_000}, "Use at most 4,000 characters"),
        ({"closing": "x" * 10_000}, "Use at most 4,000 characters"),
        ({"weeks": "0"}, "Enter a number of weeks from 1 to 52"),
        ({"weeks": "53"}, "Enter a number of weeks from 1 to 52"),
        ({"weeks": "many"}, "Enter a number of weeks, for example 8"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_what_was_typed_is_kept(
    client: CheckedClient, typed: dict[str, str], said: str
):
    make_date()
    at = begin(client)
    page = save(client, at, status=422, **{"closing": "Still here.", **typed})
    assert said in page.text
    assert "closing" in typed or page.form("", "Save")["closing"].strip() == "Still here."
    assert newest().version == 1


def test_what_looks_like_a_sign_a_link_or_a_header_stays_text(client: CheckedClient):
    make_date()
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    save(
        client,
        at,
        subject="Places\r\nBcc: everybody@elsewhere.example {{ 7 * 7 }}",
        opening="# Not <b>a</b> heading\n\n[click](javascript:alert(1)) javascript:alert(2)\n\n{{ 7 * 7 }}",
    )
    approve(newest())
    work()
    (letter,) = letters()
    assert letter.subject == "Places Bcc: everybody@elsewhere.example {{ 7 * 7 }}"
    assert "# Not <b>a</b> heading" in letter.text and "{{ 7 * 7 }}" in letter.text
    assert "<b>a</b>" not in letter.html and 'href="javascript' not in letter.html.lower()
    assert "Bcc" not in letter.headers


def test_the_preview_is_what_the_chosen_reader_gets(client: CheckedClient):
    make_date("Neglect", level=3)
    make_date("Exploitation", level=2)
    make_person("Sam Smith", email=SAM)
    make_subscriber(SAM, Wishes(levels=(2,)))
    switch_on()
    at = begin(client)
    page = client.page(f"{at}/preview?for={SAM.upper()}")
    text = "".join(page.all("pre")[0].itertext())
    html = client.get(f"{at}/html?for={SAM}").text.replace('<base target="_top">', "")
    assert "Exploitation" in text and "Neglect" not in text
    approve(newest())
    work()
    (letter,) = letters()
    link = letter.headers["List-Unsubscribe"].strip("<>")
    assert letter.text.replace(link, "http://localhost/account/mail") == text
    assert letter.html.replace(link, "http://localhost/account/mail") == html


def test_the_preview_says_whom_it_does_not_reach(client: CheckedClient):
    make_date(level=3)
    make_subscriber(SAM, Wishes(levels=(1,)))
    at = begin(client)
    assert (
        "nothing in it is what they want to hear about (training at level 1)"
        in client.page(f"{at}/preview?for={SAM}").text
    )
    page = client.page(f"{at}/preview?for=nobody@elsewhere.example")
    assert "nobody@elsewhere.example does not get the bulletin" in page.text
    assert client.get(f"{at}/html?for=nobody@elsewhere.example").status_code == 404


def test_it_can_be_sent_to_its_editor_once_a_minute_even_while_it_is_switched_off(
    client: CheckedClient, cora: Person
):
    make_date()
    at = begin(client)
    page = client.send(f"{at}/to-me", on=f"{at}/preview", button="Send it to me")
    assert f"It is on its way to {cora.email}" in page.text
    page = client.send(f"{at}/to-me", on=f"{at}/preview", button="Send it to me")
    assert "One is on its way to you already" in page.text
    (letter,) = letters("bulletin-trial")
    assert letter.to_email == cora.email and "Neglect" in letter.text
    assert letters() == [] and newest().state == "draft"


def test_what_is_tried_has_the_words_that_the_partnership_gave_it(client: CheckedClient, cora: Person):
    make_date()
    at = begin(client)
    partnership_id = newest().partnership_id
    with writing():
        ships = shipped("bulletin")
        text = ships.text.replace("[[See all training|", "[[Look at everything|")
        save_wording(partnership_id, "bulletin", subject=ships.subject, text=text, by="", now=TODAY)
    client.send(f"{at}/to-me", on=f"{at}/preview", button="Send it to me")
    (letter,) = letters("bulletin-trial")
    assert "Look at everything:" in letter.text and letter.to_email == cora.email
    assert "Look at everything:" in client.page(f"{at}/preview").html


def send(client: CheckedClient, path: str, status: int = 200, **typed: object) -> Page:
    """Press Send."""
    label = next(
        words(b) for b in client.page(f"{path}/send").all("button") if words(b).startswith("Send it to")
    )
    return client.send(f"{path}/send", button=label, status=status, **typed)


def test_the_page_says_whom_it_reaches_before_anything_is_sent(client: CheckedClient):
    make_date(level=3)
    for email in (SAM, UMA):
        make_subscriber(email)
    make_subscriber("lee@northshire.example", Wishes(levels=(1,)))
    switch_on()
    at = begin(client)
    page = client.page(f"{at}/send")
    assert page.heading == "2 people who asked for it get this mail"
    assert "nothing in it is what they asked for1 person" in page.text
    page = send(client, at)
    assert "It is on its way." in page.text
    work()
    assert [letter.to_email for letter in letters()] == [SAM, UMA]
    leave()
    assert "It reached 2 people." in client.page(at).text


def test_pressing_send_twice_sends_once(client: CheckedClient):
    make_date()
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    pressed = client.page(f"{at}/send").form("", "Send it to 1 person")
    first = client.post(f"{at}/send", data=pressed, follow_redirects=True)
    second = client.post(f"{at}/send", data=pressed, follow_redirects=True)
    assert "It is on its way." in first.text and "Nobody gets it twice" in second.text
    work()
    work(TODAY + timedelta(minutes=1))
    assert len(letters()) == 1


def test_what_changed_since_it_was_looked_at_is_looked_at_again(client: CheckedClient):
    make_date()
    gone = make_date("Exploitation")
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    pressed = client.page(f"{at}/send").form("", "Send it to 1 person")
    with changing(gone.id, now=TODAY) as event:
        event.state = "cancelled"
    answer = client.post(f"{at}/send", data=pressed)
    assert answer.status_code == 422 and "has changed since you looked" in answer.text
    assert newest().state == "draft"
    save(client, at, opening="Other words.")
    pressed = {**pressed, "seen": client.page(f"{at}/send").form("", "Send it to 1 person")["seen"]}
    assert client.post(f"{at}/send", data=pressed).status_code == 409
    assert newest().state == "draft"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"day": ["20", "11", "2026"], "at": "9am"}, "This time has passed"),
        ({"day": ["", "", ""], "at": "9am"}, "Enter the day on which it is to leave"),
        ({"day": ["30", "2", "2027"], "at": "9am"}, "Enter a real day"),
        ({"day": ["23", "11", "2026"], "at": ""}, "Enter the time at which it is to leave"),
        ({"day": ["23", "11", "2026"], "at": "nine"}, "Enter a time, for example"),
        ({"day": ["23", "11", "2027"], "at": "9am"}, "Choose a day within 60 days"),
    ],
)
def test_a_time_at_which_it_cannot_leave_is_refused_in_words(
    client: CheckedClient, typed: dict[str, object], said: str
):
    make_date()
    make_subscriber(SAM)
    switch_on()
    page = send(client, begin(client), status=422, time="later", **typed)
    assert said in page.text and newest().state == "draft"


def test_an_hour_that_the_clocks_skip_is_refused(
    client: CheckedClient, today: time_machine.Traveller, cora: Person
):
    today.move_to(TODAY.replace(year=2027, month=3, day=19))
    client.sign_in(cora)
    make_date(days=150)
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    page = send(client, at, status=422, time="later", day=["28", "3", "2027"], at="1:30am")
    assert "does not exist on this day" in page.text


def test_a_time_is_kept_and_it_can_be_made_a_draft_again(client: CheckedClient):
    make_date()
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    page = send(client, at, time="later", day=["23", "11", "2026"], at="9am")
    assert "It leaves on Mon 23 November 2026, 9am, to 1 person" in page.text
    page = client.send(f"{at}/back", on=at, button="Make it a draft again")
    assert page.heading == "Write the bulletin" and newest().state == "draft"
    work(TODAY + timedelta(days=4))
    assert letters() == []


def test_outside_working_hours_a_time_is_suggested(client: CheckedClient, today: time_machine.Traveller):
    make_date()
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    today.move_to(TODAY + timedelta(days=1))
    page = client.page(f"{at}/send")
    assert "Nobody is at work now" in page.text
    fields = page.form("", "Send it to 1 person")
    assert (fields["time"], fields["day"], fields["at"]) == ("later", ["23", "11", "2026"], "9:00am")


def test_a_coordinator_switches_it_on_where_it_is_off_and_an_administrator_does_not(
    app: Flask, client: CheckedClient
):
    make_date()
    make_subscriber(SAM)
    at = begin(client)
    page = client.page(f"{at}/send")
    assert "switched off for Northshire SCP" in page.text
    assert not [b for b in page.all("button") if words(b).startswith("Send it to")]
    ada = another(app).sign_in(make_person("Ada Admin", Role.ADMINISTRATOR))
    assert "A coordinator can switch it on here" in ada.page(f"{at}/send").text
    assert ada.post(f"{at}/switch", data={"csrf_token": ada.token()}).status_code == 403
    page = client.send(f"{at}/switch", on=f"{at}/send", button="Switch the bulletin on")
    assert "This one is not sent yet." in page.text and letters() == []
    send(client, at)
    assert newest().state == "queued"


def test_nothing_to_announce_is_a_page_that_says_so(client: CheckedClient):
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    assert "There is nothing to announce" in client.page(f"{at}/edit").text
    page = client.page(f"{at}/send")
    assert page.heading == "There is nothing to announce"
    assert not [b for b in page.all("button") if words(b).startswith("Send it to")]


def test_nobody_to_send_it_to_is_a_page_that_says_so(client: CheckedClient):
    make_date()
    page = client.page(f"{begin(client)}/send")
    assert page.heading == "Nobody would get this" and "Nobody has asked for the bulletin yet" in page.text


def test_stopped_on_its_way_it_says_how_many_have_left(client: CheckedClient):
    make_date()
    for number in range(5):
        make_subscriber(f"reader{number}@northshire.example")
    switch_on()
    at = begin(client)
    send(client, at)
    work()
    leave(2)
    page = client.page(at)
    assert "2 of 5 have left." in page.text
    page = client.send(f"{at}/stop", on=at, button="Stop the rest")
    assert "Stopped. 2 mails had left by then; no more will." in page.text
    assert [letter.state for letter in letters()].count("withdrawn") == 3


def test_a_sent_bulletin_is_kept_as_it_was_and_cannot_be_changed(client: CheckedClient):
    event = make_date()
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    send(client, at)
    work()
    leave()
    with changing(event.id, now=TODAY) as changed:
        changed.state = "cancelled"
    page = client.page(at)
    assert "Neglect" in "".join(page.all("pre")[0].itertext())
    assert "Neglect" in client.get(f"{at}/html").text
    assert client.page(f"{at}/edit").heading == page.heading
    token = client.token()
    for end in ("throw-away", "back"):
        assert client.post(f"{at}/{end}", data={"csrf_token": token}).status_code == 409


def test_what_was_left_out_when_it_left_is_said(client: CheckedClient):
    make_date()
    gone = make_date("Exploitation", days=21)
    make_subscriber(SAM)
    switch_on()
    at = begin(client)
    send(client, at)
    with changing(gone.id, now=TODAY) as changed:
        changed.state = "cancelled"
    work()
    assert "Exploitation, Fri 11 December 2026: it was cancelled" in client.page(at).text


def test_a_draft_can_be_thrown_away(client: CheckedClient):
    at = begin(client)
    page = client.send(f"{at}/throw-away", on=f"{at}/edit", button="Throw this draft away")
    assert "No bulletin yet" in page.text


def test_an_address_is_found_looked_at_and_taken_off(client: CheckedClient, cora: Person):
    make_subscriber(SAM, Wishes(levels=(2,)))
    make_subscriber(UMA)
    page = client.page("/bulletin/subscribers?q=SAM@")
    assert "1 address found" in page.text and UMA not in page.text
    at = page.link(SAM)
    assert "Training at level 2" in client.page(at).text
    page = client.send(f"{at}/remove", on=at, button="Take it off the list")
    assert f"{SAM} gets the bulletin no more." in page.text
    page = client.page(at)
    assert "Taken off the list, taken off by the desk, by Cora Coordinator" in page.text
    assert SAM in client.page("/bulletin/subscribers?stands=ended").text


@pytest.mark.parametrize("query", ["%", "_", "q=%25", "stands=nonsense", "q=" + "x" * 3000, "page=99"])
def test_a_search_for_nonsense_finds_nothing_and_breaks_nothing(client: CheckedClient, query: str):
    make_subscriber(SAM)
    client.page(f"/bulletin/subscribers?{query}")


def test_the_sheet_holds_who_gets_it_and_no_formula(client: CheckedClient):
    make_subscriber("=cmd@northshire.example")
    make_subscriber(UMA, Wishes(role_group="Volunteer"))
    make_subscriber("gone@northshire.example", ended_at=TODAY)
    lines = client.get("/bulletin/subscribers.csv").get_data(as_text=True).splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("'=cmd@northshire.example,all training,2026-10-21")
    assert "for \u201cVolunteer\u201d" in lines[2]


def test_a_bulletin_of_another_partnership_is_not_found(client: CheckedClient):
    from tests.factories import make_partnership

    other = make_partnership(slug="southshire", name="Southshire", short_name="Southshire SCP")
    theirs = make_bulletin(partnership_id=other.id)
    assert client.get(f"/bulletin/{theirs.public_id}/edit").status_code == 404
    mine = make_subscriber(SAM, partnership_id=other.id)
    assert client.get(f"/bulletin/subscribers/{mine.public_id}").status_code == 404
