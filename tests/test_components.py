"""The macros that every page is composed of, on a form with every kind of field."""

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import html5lib
import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

PAGE = """{% from "components/form.html" import errors, hidden, field, press %}
{{ errors(form) }}<form>{{ hidden(form) }}
{% for f in form if f.widget.input_type != "hidden" %}{{ field(f) }}{% endfor %}</form>
<form>{{ hidden(form) }}</form>"""


class Day(DateField):
    """A field of our own, to see that what extends a field looks like it."""


class SessionForm(Form):
    """A part of the form below."""

    day = Day("Date", [DataRequired("Enter the date")], format="%d %m %Y")
    starts_at = TimeField("Start", [InputRequired("Enter the start")])


class EveryField(Form):
    """A form with one field of each kind, all of them wrong when it is sent empty."""

    came_from = HiddenField(default="catalogue")
    name = StringField("Name", [DataRequired("Enter your name")])
    years = IntegerField("Years", [InputRequired("Enter the years")])
    secret = PasswordField("Password", [DataRequired("Enter the password")])
    agency = SelectField(
        "Agency",
        [DataRequired("Choose your agency")],
        choices=[SelectChoice("", "Choose"), SelectChoice("1", "Hospital", optgroup="Health")],
        description="Where you work on the day",
    )
    rating = RadioField(
        "Rating",
        [InputRequired("Choose a rating")],
        choices=[
            SelectChoice("4", "Good", render_kw={"hint": "I can do it"}),
            SelectChoice("5", "Very good"),
        ],
    )
    needs = SelectMultipleField(
        "Needs", [InputRequired("Choose one")], choices=[SelectChoice("loop", "Loop")]
    )
    day = Day("Day", [DataRequired("Enter the day")], format="%d %m %Y")
    hope = TextAreaField("Hope", [DataRequired("Enter your hope"), Length(max=200)])
    agreed = BooleanField("My manager agrees", [DataRequired("Confirm it")])
    sessions = FieldList(FormField(SessionForm, "Session"), "Sessions", min_entries=2)


def rendered(app: Flask, form: Form) -> Element:
    """The parsed page of a form."""
    html = app.jinja_env.from_string(PAGE).render(form=form)
    return html5lib.parse(html, namespaceHTMLElements=False)


@pytest.fixture
def sent_empty(lasting_app: Flask) -> Iterator[Element]:
    """The page after the form was sent without anything in it."""
    form = EveryField(MultiDict({"sessions-0-starts_at": "", "sessions-1-starts_at": "", "agency": ""}))
    assert not form.validate()
    yield rendered(lasting_app, form)


def text(element: Element | None) -> str:
    """All the words of an element."""
    assert element is not None
    return " ".join(" ".join(element.itertext()).split())


def summary_links(page: Element) -> list[Element]:
    """The links of the error summary."""
    return page.findall(".//div[@class='govuk-error-summary']//a")


def test_the_summary_names_every_mistake_down_to_the_sessions_of_a_list(sent_empty: Element) -> None:
    assert [text(link) for link in summary_links(sent_empty)] == [
        "Enter your name",
        "Enter the years",
        "Enter the password",
        "Choose your agency",
        "Choose a rating",
        "Choose one",
        "Enter the day",
        "Enter your hope",
        "Confirm it",
        *["Enter the date", "Enter the start"] * 2,
    ]


def test_every_link_of_the_summary_leads_to_something_one_can_type_in(sent_empty: Element) -> None:
    fields = {
        element.get("id") for element in sent_empty.iter() if element.tag in {"input", "select", "textarea"}
    }
    assert {(link.get("href") or "")[1:] for link in summary_links(sent_empty)} <= fields


def test_two_forms_on_a_page_repeat_no_identifier(sent_empty: Element) -> None:
    counted = Counter(e.get("id") for e in sent_empty.iter() if e.get("id"))
    assert [name for name, count in counted.items() if count > 1] == []


def test_every_description_a_field_points_to_is_on_the_page(sent_empty: Element) -> None:
    identifiers = {e.get("id") for e in sent_empty.iter()}
    pointed = {name for e in sent_empty.iter() for name in (e.get("aria-describedby") or "").split()}
    assert pointed
    assert pointed <= identifiers


def test_what_was_typed_is_still_there_but_never_a_password(lasting_app: Flask) -> None:
    form = EveryField(
        MultiDict(
            [("name", "<Ada>"), ("years", "many"), ("secret", "hush"), ("hope", "a & b"), ("agency", "1")]
            + [
                ("day", "31"),
                ("day", "2"),
                ("day", "2026"),
                ("rating", "4"),
                ("agreed", "y"),
                ("needs", "loop"),
            ]
        )
    )
    form.validate()
    page = rendered(lasting_app, form)
    boxes = [(e.get("name"), e.get("value")) for e in page.iter("input") if e.get("type") == "text"]
    assert boxes[:5] == [("name", "<Ada>"), ("years", "many"), ("day", "31"), ("day", "2"), ("day", "2026")]
    assert text(page.find(".//textarea")) == "a & b"
    assert text(page.find(".//option[@selected]")) == "Hospital"
    assert [e.get("name") for e in page.iter("input") if e.get("checked") is not None] == [
        "rating",
        "needs",
        "agreed",
    ]
    assert "hush" not in str([e.attrib for e in page.iter()])


def test_groups_of_options_and_hints_of_choices_are_shown(lasting_app: Flask) -> None:
    page = rendered(lasting_app, EveryField())
    assert [e.get("label") for e in page.iter("optgroup")] == ["Health"]
    assert text(page.find(".//div[@id='rating-item-hint']")) == "I can do it"
    assert text(page.find(".//div[@id='agency-hint']")) == "Where you work on the day"


def test_a_long_list_links_to_its_ends_and_the_pages_beside(lasting_app: Flask) -> None:
    source = '{% from "components/pagination.html" import pagination %}{{ pagination(5, 9, href) }}'
    html = lasting_app.jinja_env.from_string(source).render(href=lambda page: f"/courses?level=3&page={page}")
    page = html5lib.parse(html, namespaceHTMLElements=False)
    assert [text(item) for item in page.iter("li")] == [
        "Previous page",
        "Page 1",
        "…",
        "Page 4",
        "Page 5",
        "Page 6",
        "…",
        "Page 9",
        "Next page",
    ]
    assert page.find(".//a[@aria-current]").get("href") == "/courses?level=3&page=5"


def test_a_newcomer_joins_those_who_wait_even_where_places_are_left(lasting_app: Flask) -> None:
    source = '{% from "components/tag.html" import places %}{{ places(left, 20, waiting) }}'
    template = lasting_app.jinja_env.from_string(source)
    assert "3</strong> of 20 places left" in template.render(left=3, waiting=0)
    assert "Full</strong> 5 waiting" in template.render(left=3, waiting=5)
    assert "Full</strong> join the waiting list" in template.render(left=0, waiting=0)


class PlainField(Form):
    """The fields that are written out instead of made by the design system's macros."""

    name = StringField("Name & rank", description="As on your <badge>")
    needs = TextAreaField("Needs")


THEIRS = """{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}
{% from "govuk_frontend_jinja/components/textarea/macro.html" import govukTextarea %}
{% set p = {"id": f.id, "name": f.name, "label": {"text": f.label.text, "classes": "govuk-label--s"}, "value": f.data,
  "hint": {"text": f.description} if f.description else none, "errorMessage": {"text": f.errors[0]} if f.errors else none} %}
{% if f.name == "needs" %}{{ govukTextarea(p) }}{% else %}
{{ govukInput(dict(p, type="text", spellcheck=false, autocomplete="name", classes="govuk-input--width-10", suffix={"text": "!"})) }}
{% endif %}"""
OURS = """{% from "components/form.html" import field %}
{% if f.name == "needs" %}{{ field(f) }}{% else %}
{{ field(f, classes="govuk-input--width-10", autocomplete="name", suffix="!") }}
{% endif %}"""


def meaning(element: Element) -> list[object]:
    """An element without what does not count: blanks, and the order of attributes and classes."""
    attributes = {name: sorted(value.split()) for name, value in element.attrib.items()}
    words = (element.text or "").split(), (element.tail or "").split()
    return [element.tag, attributes, words, [meaning(child) for child in element]]


@pytest.mark.parametrize("mistake", [(), ("Enter <your> name",)])
@pytest.mark.parametrize("name", ["name", "needs"])
def test_plain_fields_are_as_the_design_system_makes_them(app: Flask, name: str, mistake: tuple[str, ...]):
    found = PlainField(data={"name": 'Priya "P"', "needs": "a ramp"})[name]
    found.errors = mistake
    with app.test_request_context("/"):
        theirs, ours = (app.jinja_env.from_string(page).render(f=found) for page in (THEIRS, OURS))
    assert meaning(html5lib.parse(ours)) == meaning(html5lib.parse(theirs))
