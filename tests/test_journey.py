"""The whole journey, in a real browser and by real mail: from a course's page to the annual report.

Everything happens through pages; links are taken from mails as an SMTP server received them. On the demonstration,
as of the day it was built for; once with script and once without.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.mail import SmtpServer
from tests.visitor import Town, Visitor, invite_of, link_in, open_town

pytestmark = pytest.mark.browser

NEWCOMER = "nina.north@wolds-family-centre.example"
WALK_IN = "wilf.weston@wolds-family-centre.example"
STRATEGY = "Strategy Discussions, Joint Investigations and Child Protection Medicals"
COURSE = "Child criminal exploitation"
AGENCY = "Schools, academies, colleges and other educational providers"
THE_DAY = datetime(2026, 11, 26, 9, 20, tzinfo=UTC)
AFTERWARDS = datetime(2026, 11, 26, 12, 40, tzinfo=UTC)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def town(
    request: pytest.FixtureRequest, folder: Path, demo_file: Path, smtp_server: SmtpServer, chromium: Any
) -> Iterator[Town]:
    """The demonstration's site, with a mail server and a browser."""
    with open_town(folder, demo_file, smtp_server, chromium, script=request.param) as found:
        yield found


def test_one_course_from_its_page_to_the_annual_report(town: Town) -> None:
    anybody_reads_the_catalogue(town)
    nina = a_newcomer_books_and_answers(town)
    she_gives_up_another_place(town, nina)
    town.clock.move_to(THE_DAY)
    tom = the_trainer_marks_the_register_on_a_phone(town)
    town.clock.move_to(AFTERWARDS)
    the_trainer_closes_the_register(tom)
    who_came_answers_and_has_a_certificate(town, nina)
    a_member_asks_what_changed(town)
    conor = the_coordinator_reads_the_report(town)
    the_coordinator_adds_a_course_and_a_date(town, conor)
    the_coordinator_finds_a_person_and_an_agency(conor)


def anybody_reads_the_catalogue(town: Town) -> None:
    """1. Search, filters, a course's page, what is full, what has no date."""
    anybody = town.visitor()
    anybody.open("/")
    anybody.go("Find training")
    anybody.is_at("Find training")
    anybody.type("What would you like to learn about?", "CCE")
    anybody.press("Search")
    anybody.sees(COURSE)
    anybody.open("/courses")
    anybody.choose("Only dates with places left")
    anybody.choose("Level 3")
    anybody.press("Show results")
    anybody.sees("Only dates with places left", "of 45 places left")
    assert "waiting" not in anybody.text()
    anybody.open("/courses?month=2026-12")
    anybody.press(STRATEGY)
    anybody.sees("Full", "3 people are waiting", "Join the waiting list")
    anybody.open("/courses/faith-groups-engagement")
    anybody.sees("No date yet", "Tell me when this runs")


def a_newcomer_books_and_answers(town: Town) -> Visitor:
    """2. Press "Book a place", sign in by mail, say who you are, land where you were, book, answer."""
    nina = town.visitor()
    nina.open("/courses?q=criminal+exploitation")
    nina.press(COURSE)
    nina.sees("places left")
    nina.press("Book a place")
    town.sign_in(nina, NEWCOMER)
    nina.is_at("Where do you work?")
    nina.select("Your agency", AGENCY)
    nina.press("Next")
    nina.is_at("Who are you?")
    nina.type("Your name", "Nina North")
    nina.type("Your school, setting or organisation", "Wolds Family Centre")
    nina.choose("Works directly with children or families")
    nina.press("Save and go on")
    nina.is_at("Book a place")
    nina.sees("Thank you, Nina North", "Booking as Nina North, Wolds Family Centre")
    nina.press("Book this place")
    nina.is_at("You have a place")
    mail = town.mail_to(NEWCOMER)
    invite = invite_of(mail)
    assert "You have a place" in mail.text
    assert "METHOD:REQUEST" in mail.calendar
    assert invite.start == datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    assert COURSE in str(invite["SUMMARY"])
    assert "/join/" in str(invite["DESCRIPTION"])
    nina.go("My learning")
    nina.is_at("My learning")
    nina.sees(COURSE, "Joining link", "Still to do")
    nina.press("Answer the questions before the course")
    nina.is_at("Before the course")
    nina.choose("Poor")
    nina.press("Send my answer")
    nina.is_at("Thank you")
    return nina


def she_gives_up_another_place(town: Town, nina: Visitor) -> None:
    """2, its end: a place is cancelled, and a mail takes it out of the calendar."""
    nina.open("/courses?q=county+lines")
    nina.press("County lines")
    nina.press("Book a place")
    nina.is_at("Book a place")
    nina.press("Book this place")
    nina.is_at("You have a place")
    booked = invite_of(town.mail_to(NEWCOMER))
    nina.press("Cancel your place")
    nina.type("Why can you not come? (optional)", "A review conference")
    nina.press("Cancel your place")
    nina.is_at("This place is cancelled")
    nina.sees("Your place is cancelled")
    mail = town.mail_to(NEWCOMER)
    assert "METHOD:CANCEL" in mail.calendar
    assert invite_of(mail)["UID"] == booked["UID"]
    assert invite_of(mail)["SEQUENCE"] > booked["SEQUENCE"]


def the_trainer_marks_the_register_on_a_phone(town: Town) -> Visitor:
    """3. Thirty people and a walk-in; with script the page is never left."""
    tom = town.visitor(on="phone")
    town.sign_in(tom, "trainer@demo.example")
    tom.is_at("My events")
    tom.press("Open the register")
    tom.is_at(COURSE)
    rows = tom.main.locator(".rt-register > li")
    delegates, arrivals = rows.count(), tom.arrivals
    assert delegates > 30
    for place in range(30):
        rows.nth(place).locator("label.rt-present").click()
    for place in range(30, delegates):
        kind = "present" if "Nina North" in rows.nth(place).inner_text() else "absent"
        rows.nth(place).locator(f"label.rt-{kind}").click()
    marked = 30 + ("Nina North" in "".join(rows.all_inner_texts()[30:]))
    if not town.script:
        tom.press("Save the register")
    tom.sees(f"{marked} of {delegates} here", "0 without a mark")
    tom.unfold("Someone not on the list")
    form = tom.main.locator("#walk-in")
    tom.type("Name", "Wilf Weston", form)
    tom.type("Work email", WALK_IN, form)
    tom.select("Agency", AGENCY, form)
    tom.type("School, nursery or other setting", "Wolds Family Centre", form)
    tom.press("Add, and mark here")
    tom.sees("Wilf Weston", f"{marked + 1} of {delegates + 1} here")
    if town.script:
        assert tom.arrivals == arrivals, "the register was left"
    tom.page.reload()
    tom.sees(f"{marked + 1} of {delegates + 1} here", "0 without a mark")
    return tom


def the_trainer_closes_the_register(tom: Visitor) -> None:
    """3, its end: when the course is over, everybody has a mark."""
    tom.page.reload()
    tom.press("Close the register")
    tom.sees("The register is closed. Thank you.")


def who_came_answers_and_has_a_certificate(town: Town, nina: Visitor) -> None:
    """4. The mail after the course, its questions, the certificate that waited for them."""
    assert "Wilf" in town.mail_to(WALK_IN).text
    nina.open(link_in(town.mail_to(NEWCOMER), "/evaluations/"))
    nina.is_at("How was it?")
    nina.choose("Very good", of="How would you rate your knowledge and skills")
    nina.choose("Good", of="Overall, how was it?")
    nina.type("What will you do differently?", "Ask who else knows the young person.")
    nina.press("Send my answers")
    nina.is_at("Thank you")
    nina.sees("Your certificate is ready")
    nina.press("Open your certificate")
    nina.is_at("Your certificate")
    nina.sees("Nina North", COURSE)
    paper = nina.window.request.get(nina.main.get_by_role("link", name="Download").get_attribute("href"))
    assert paper.body().startswith(b"%PDF-")
    nina.go("My learning")
    nina.sees("Completed", "Certificate")


def a_member_asks_what_changed(town: Town) -> None:
    """5. The year's figures, each with its definition and its counts; the change in ratings; reach."""
    wanjiru = town.visitor()
    town.sign_in(wanjiru, "lwd-member@demo.example")
    wanjiru.is_at("Did the training make a difference?")
    wanjiru.press("2021/22")
    wanjiru.sees("10,364", "2,553 at events, 7,811 e-learning", "Reach by sector", "Reach by agency")
    for drawing in wanjiru.main.get_by_role("img").all():
        assert drawing.get_attribute("alt")
        assert wanjiru.window.request.get(drawing.get_attribute("src")).ok
    wanjiru.main.get_by_role("link", name="Training opportunities taken up").click()
    wanjiru.is_at("Training opportunities taken up")
    wanjiru.sees("What this counts", "10,364")
    wanjiru.page.go_back()
    wanjiru.unfold("Show the figures as a table")
    row = wanjiru.main.get_by_role("row", name=STRATEGY).filter(has_text="37.8%").first
    row.get_by_role("link", name="37.8%").click()
    wanjiru.sees("42 of 111")


def the_coordinator_reads_the_report(town: Town) -> Visitor:
    """6. The training section of the annual report, as a page and as a document."""
    conor = town.visitor()
    town.sign_in(conor, "coordinator@demo.example")
    conor.go("Report")
    conor.press("2021/22")
    conor.is_at("Multi-agency training 2021/22")
    conor.sees("10,364", "37.8%", "93.6%")
    with conor.page.expect_download() as download:
        conor.press("Download as Word")
    document = docx.Document(download.value.path())
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "10,364" in said
    assert "93.6%" in said
    assert document.inline_shapes, "its charts are in it"
    return conor


def the_coordinator_adds_a_course_and_a_date(town: Town, conor: Visitor) -> None:
    """6. A course and a date of it, made on the site, are in everybody's catalogue."""
    conor.go("Find training")
    conor.press("Add a course")
    conor.type("Title", "Listening to fathers")
    conor.type("Summary", "Fathers are seen, heard and asked.")
    conor.type("What you will learn", "ask every father\nrecord what he says")
    conor.choose("Subject course")
    conor.choose("Virtual")
    conor.type("Length in minutes", "120")
    conor.press("Add the course")
    conor.is_at("Listening to fathers")
    conor.press("Add a date")
    day = conor.main.get_by_role("group", name="Date", exact=True)
    for box, number in (("Day", "12"), ("Month", "1"), ("Year", "2027")):
        conor.type(box, number, within=day)
    conor.type("From", "9:30am")
    conor.type("To", "11:30am")
    conor.type("Number of places", "16")
    conor.press("Save the date")
    conor.sees("The date is published.", "Tue 12 January")
    anybody = town.visitor()
    anybody.open("/courses?q=fathers")
    anybody.sees("Listening to fathers", "Tue 12 January", "16 of 16 places left")


def the_coordinator_finds_a_person_and_an_agency(conor: Visitor) -> None:
    """6. A person with agency, roles and bookings; an agency with sector, standing, settings and people."""
    conor.go("People")
    conor.type("Find somebody", "nina.north")
    conor.press("Find")
    conor.press("Nina North")
    conor.is_at("Nina North")
    conor.sees("Wolds Family Centre", COURSE, "Came", "County lines", "Cancelled")
    conor.go("Agencies")
    conor.type("Name", "schools")
    conor.main.get_by_role("button").first.click()
    conor.press(AGENCY)
    conor.is_at(AGENCY)
    conor.sees("Education", "Settings", "People")
