"""Every wording can be looked at with real rows, by the code that sends it, and nothing comes of looking."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.booking.models import Booking
from app.catalogue.models import Event
from app.db import db, writing
from app.notifications import letters
from app.notifications import wordings as wordings_of_ours
from app.notifications.actions import post
from app.notifications.models import Letter
from app.notifications.rehearsing import rehearsing
from app.notifications.shipped import shipped
from app.partnerships.models import Partnership
from app.samples import gallery, table
from tests.conftest import TODAY
from tests.demonstration import NOW
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person

table.load()


def mails() -> list[str]:
    folder = Path(letters.ROOT) / "templates" / "emails"
    return sorted(f.stem for f in folder.glob("*.txt") if "\nSubject:" in "\n" + f.read_text())


def texts() -> list[str]:
    folder = Path(letters.ROOT) / "templates" / "texts"
    return sorted(f"text-{f.stem}" for f in folder.glob("*.txt"))


def wordings() -> list[str]:
    return mails() + texts()


def ours() -> int:
    found = db.session.scalar(sa.select(Partnership.id).order_by(Partnership.id))
    assert found is not None
    return found


def test_every_wording_has_a_sample():
    assert not set(wordings()) - set(table.SAMPLES), "add @sample(...) in a file of app/samples"


@pytest.mark.parametrize("wording", wordings())
def test_a_wording_reads_well_with_rows_of_the_demonstration(demo_app: Flask, wording: str):
    found = table.samples_of(wording, ours(), now=NOW)
    assert found, "there is no row in the demonstration to write it for"
    row = found[0].row
    assert row["message"] == wording
    assert 0 < len(row["subject"]) <= 150
    for said in (row["subject"], row["text"]):
        assert not re.search(r"\bNone\b|\{\{|\{%|\bnan\b|Undefined|\n\n\n|  \S", said), said
        assert not re.search(r"\b1 (places|people|sessions|days|hours|minutes|mails)\b", said), said
        assert not re.search(r" [,.;]|\.\.|,,", said), said
    assert not re.search(r"https?://[^\s<>]*[.,:;!?](\s|$)", row["text"]), row["text"]


def test_looking_at_every_letter_changes_nothing(demo_app: Flask):
    def counts() -> list[int]:
        tables = (Letter, Booking, Event)
        return [db.session.scalar(sa.select(sa.func.count()).select_from(one)) or 0 for one in tables]

    states = sa.select(Event.id, Event.state, Event.starts_at).order_by(Event.id)
    before, there = counts(), db.session.execute(states).all()
    for wording in ("event-cancelled", "event-changed", "booked", "moved", "sign-in"):
        assert table.samples_of(wording, ours(), now=NOW)
    db.session.rollback()
    assert counts() == before
    assert db.session.execute(states).all() == there


@pytest.mark.usefixtures("app")
def test_a_rehearsal_is_taken_back_even_where_the_action_fails():
    person = make_person("Priya Practitioner", email="priya@northshire.example")
    with pytest.raises(ZeroDivisionError), rehearsing("booked"):
        person.name = "Somebody else"
        db.session.flush()
        raise ZeroDivisionError
    assert person.name == "Priya Practitioner"
    with writing():
        assert post(
            "test-mail", key="x", to_email="a@b.example", to_name="", partnership=None, now=NOW, sent_as="x"
        ), "letters are posted again after it"


@pytest.mark.usefixtures("app")
def test_a_rehearsal_inside_a_change_is_refused():
    with writing(), pytest.raises(RuntimeError), rehearsing("booked"):
        pass


@pytest.mark.usefixtures("app")
def test_a_row_of_another_partnership_is_not_written_for(today: object):
    event = make_event(make_course("Neglect"))
    booking = make_booking(event, make_person("Priya Practitioner", email="priya@northshire.example"))
    elsewhere = make_partnership(slug="southshire", short_name="Southshire SCP")
    assert table.letters_for("booked", booking.public_id, event.host_id, now=TODAY)
    assert not table.letters_for("booked", booking.public_id, elsewhere.id, now=TODAY)
    assert not table.letters_for("booked", "no such booking", event.host_id, now=TODAY)


@pytest.mark.parametrize(
    "wording", ["booked", "event-cancelled", "event-dated", "moved", "sign-in", "message"]
)
def test_a_rehearsal_works_and_leaves_nothing_on_both_databases(each_app: Flask, today: object, wording: str):
    priya = make_person("Priya Practitioner", email="priya@northshire.example")
    event = make_event(make_course("Neglect"))
    make_event(event.course, starts=event.times[0] + timedelta(days=30))
    booking = make_booking(event, priya)
    key = priya.public_id if wording == "sign-in" else booking.public_id
    [letter] = table.letters_for(wording, key, event.host_id, now=TODAY)
    with writing():
        wordings_of_ours.save(
            event.host_id,
            "booked",
            subject="{{ course.title }}",
            text=shipped("booked").text,
            by="",
            now=TODAY,
        )
    assert letter.row["to_email"] == "priya@northshire.example"
    db.session.remove()
    assert not db.session.scalars(sa.select(Letter)).all()
    assert db.session.scalars(sa.select(Event.state).order_by(Event.id)).all() == ["published"] * 2
    if wording == "booked":
        [letter] = table.letters_for(wording, key, event.host_id, now=TODAY)
        assert letter.row["subject"] == "Neglect"


def test_people_are_found_by_name(demo_app: Flask):
    (_, label), *_ = table.rows_for("booked", ours(), now=NOW)
    name = label.partition(":")[0]
    found = table.rows_for("booked", ours(), now=NOW, named=name.split()[-1].lower())
    assert found
    assert all(name.split()[-1].lower() in label.lower() for _, label in found)


def test_the_command_writes_every_mail_and_says_what_it_cannot(demo_app: Flask, tmp_path: Path):
    run = demo_app.test_cli_runner().invoke
    answer = run(args=["mail", "samples", "--out", str(tmp_path / "a"), "--no-pictures"])
    missing = re.findall(r"^(\S+): there is no row", answer.output, re.M)
    assert answer.exit_code == (1 if missing else 0), answer.output
    assert not set(missing) & set(wordings())
    for wording in texts():
        assert "http" in (tmp_path / "a" / f"{wording}.txt").read_text()
    for wording in mails():
        for end in ("txt", "html", "eml"):
            assert (tmp_path / "a" / f"{wording}.{end}").stat().st_size > 100
    page = (tmp_path / "a" / "index.html").read_text()
    assert 'src="booked.html"' in page
    assert (
        run(args=["mail", "samples", "--out", str(tmp_path), "--no-pictures", "--allow-missing"]).exit_code
        == 0
    )


def test_the_command_fails_on_a_site_without_rows(app: Flask, tmp_path: Path):
    make_partnership()
    answer = app.test_cli_runner().invoke(args=["mail", "samples", "--out", str(tmp_path), "--no-pictures"])
    assert answer.exit_code == 1
    assert "booked: there is no row to write it for." in answer.output


@pytest.mark.skipif(not gallery.browser(), reason="no Chromium here")
def test_a_picture_is_as_tall_as_its_mail(demo_app: Flask, tmp_path: Path):
    from PIL import Image

    letter = gallery.letter_of(table.samples_of("booked", ours(), now=NOW)[0])
    gallery.write_letter(tmp_path / "booked", letter, picture=gallery.browser())
    with Image.open(tmp_path / "booked.png") as picture:
        assert picture.width == gallery.WIDTH
        assert 300 < picture.height < gallery.TALLEST
