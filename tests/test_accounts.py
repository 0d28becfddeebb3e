"""Roles, sign-in rules, names of settings; and the command that adds a person."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts import actions, corrections, sign_in, tokens
from app.accounts.models import Affiliation, Agency, Person, RoleGrant, Setting, SignInRequest, Team
from app.accounts.rules import (
    MAILS_FROM_ONE_NETWORK,
    MAILS_TO_ONE_ADDRESS,
    WRONG_CODES_OF_ONE_ADDRESS,
    WRONG_CODES_OF_ONE_MAIL,
    Led,
    Role,
    guessed_agency,
    may_ask,
    may_try_code,
    network_of,
    role_from_slug,
    role_slug,
    same_name,
    similar_names,
    slug_of,
    still_good,
    tidy_code,
    widened,
)
from app.clock import stopped_at
from app.db import db, writing
from app.errors import Refused
from app.partnerships.models import Partnership
from tests.at_once import at_once, release
from tests.factories import add, make_agency, make_partnership, make_person, make_setting

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ([], {Role.PRACTITIONER}),
        ([Role.TRAINER], {Role.PRACTITIONER, Role.TRAINER}),
        ([Role.COORDINATOR], {Role.PRACTITIONER, Role.COORDINATOR, Role.ADMINISTRATOR}),
        ([Role.SCRUTINEER], {Role.PRACTITIONER, Role.SCRUTINEER, Role.LWD_MEMBER}),
        ([Role.ADMINISTRATOR], {Role.PRACTITIONER, Role.ADMINISTRATOR}),
    ],
)
def test_a_role_holds_those_it_includes(given: list[Role], held: set[Role]):
    assert widened(frozenset(given)) == held


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_found_by_its_name_and_by_its_slug(role: Role):
    assert role_from_slug(role.value) == role_from_slug(role_slug(role)) == role


def test_roles_of_the_demonstration_are_spelt_as_its_addresses_are():
    assert [role_slug(r) for r in (Role.AGENCY_LEAD, Role.LWD_MEMBER)] == ["agency-lead", "lwd-member"]
    assert role_from_slug("king") is None


@pytest.mark.parametrize(
    ("to_address", "from_network", "may"),
    [
        (0, 0, True),
        (MAILS_TO_ONE_ADDRESS - 1, MAILS_FROM_ONE_NETWORK - 1, True),
        (MAILS_TO_ONE_ADDRESS, 0, False),
        (0, MAILS_FROM_ONE_NETWORK, False),
    ],
)
def test_so_many_sign_in_mails_may_be_asked_for(to_address: int, from_network: int, may: bool):
    assert may_ask(to_address=to_address, from_network=from_network) is may


@pytest.mark.parametrize(
    ("of_mail", "of_address", "may"),
    [
        (0, 0, True),
        (WRONG_CODES_OF_ONE_MAIL - 1, WRONG_CODES_OF_ONE_ADDRESS - 1, True),
        (WRONG_CODES_OF_ONE_MAIL, WRONG_CODES_OF_ONE_MAIL, False),
        (0, WRONG_CODES_OF_ONE_ADDRESS, False),
    ],
)
def test_so_many_codes_may_be_tried(of_mail: int, of_address: int, may: bool):
    assert may_try_code(of_this_mail=of_mail, of_this_address=of_address) is may


@pytest.mark.parametrize(("seconds", "used", "good"), [(1, None, True), (0, None, False), (60, NOW, False)])
def test_a_link_is_good_until_it_is_used_or_over(seconds: int, used: datetime | None, good: bool):
    assert still_good(expires_at=NOW + timedelta(seconds=seconds), used_at=used, now=NOW) is good


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        (None, ""),
        ("unix:", ""),
    ],
)
def test_a_reader_is_counted_by_network(address: str | None, network: str):
    assert network_of(address) == network


@pytest.mark.parametrize(
    "typed", ["123456", "123 456", " 123-456 ", "123\u00a0456", "123\u2013456", "123.456"]
)
def test_a_code_is_read_as_people_copy_it(typed: str):
    assert tidy_code(typed) == "123456"


DOMAINS = {
    "police": ["police.example"],
    "council": ["council.example", "gov.example"],
    "school": ["gov.example"],
}


@pytest.mark.parametrize(
    ("email", "agency"),
    [
        ("p@police.example", "police"),
        ("p@mail.police.example", "police"),
        ("p@notpolice.example", ""),
        ("p@council.example", "council"),
        ("p@gov.example", ""),  # two have it
        ("p@elsewhere.example", ""),
    ],
)
def test_the_agency_is_guessed_from_the_address_when_one_has_it(email: str, agency: str):
    assert guessed_agency(email, DOMAINS) == agency


SCHOOLS = ["St Mary's Primary School", "Hill Top Primary School", "Hill Top Nursery", "Oakfield Academy"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("st. marys primary school", "St Mary's Primary School"),
        ("Saint Mary\u2019s Primary School", "St Mary's Primary School"),
        ("  The Oakfield   Academy ", "Oakfield Academy"),
        ("Hill Top", ""),
        ("Hilltop Primary School", ""),
    ],
)
def test_names_that_differ_in_case_and_punctuation_are_the_same(typed: str, meant: str):
    assert same_name(typed, SCHOOLS) == meant


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Hill Top", ["Hill Top Primary School", "Hill Top Nursery"]),
        ("Hilltop Primary School", ["Hill Top Primary School"]),
        ("Oakfeild Academy", ["Oakfield Academy"]),
        ("Riverside Canoe Club", []),
        ("", []),
        ("!!!", []),
    ],
)
def test_near_names_are_found_for_a_person_to_choose(typed: str, near: list[str]):
    assert similar_names(typed, SCHOOLS, limit=8) == near


@pytest.mark.parametrize(
    ("name", "taken", "slug"),
    [
        ("St Mary's Primary", [], "st-marys-primary"),
        ("St Mary's Primary", ["st-marys-primary"], "st-marys-primary-2"),
        ("!!!", [], "setting"),
        ("a" * 300, [], "a" * 116),
    ],
)
def test_a_name_gets_a_slug_of_its_own(name: str, taken: list[str], slug: str):
    assert slug_of(name, taken=taken, length=120) == slug


def test_hashes_depend_on_key_purpose_and_mail(app: Flask, monkeypatch: pytest.MonkeyPatch):
    first = tokens.hash_of_code("123456", "a")
    assert len(first) == 64
    assert first != tokens.hash_of_code("123456", "b")
    assert tokens.hash_of_token("x") != tokens.hash_of_network("x")
    monkeypatch.setitem(app.config, "SECRET_KEY", "another")
    assert first != tokens.hash_of_code("123456", "a")


def test_old_sign_in_requests_are_forgotten(app: Flask):
    make_partnership()
    for days in (31, 29):
        row = {"email": "p@x.example", "token_hash": str(days), "code_hash": "", "expires_at": NOW}
        add(SignInRequest(**row, asked_at=NOW - timedelta(days=days)))
    sign_in.due(stopped_at(NOW))
    assert db.session.scalars(sa.select(SignInRequest.token_hash)).all() == ["29"]


def test_two_signing_in_at_once_with_one_link_get_one_session(each_app: Flask):
    partnership = make_partnership()
    with writing():
        sign_in.ask("p@x.example", next_url="", network=None, partnership=partnership, now=NOW)
    request = db.session.scalars(sa.select(SignInRequest)).one()
    token = tokens.new_token()
    with writing():
        request.token_hash = tokens.hash_of_token(token)
    with writing():
        assert sign_in.use_link(token, now=NOW) is not None
    with writing():
        assert sign_in.use_link(token, now=NOW) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_where_somebody_works_is_asked_once(app: Flask):
    council, police = make_agency(), make_agency("Northshire Police")
    person = add(Person(name="", email="p@x.example", created_at=NOW))
    for agency in (council, police):
        with writing():
            actions.introduce(person, name="Priya Patel", agency=agency, now=NOW)
    works = db.session.scalars(sa.select(Affiliation).where(Affiliation.person_id == person.id)).all()
    assert [w.agency_id for w in works] == [council.id]


def test_a_lead_of_nothing_and_an_end_in_the_past_are_refused(app: Flask):
    person, partnership = make_person("Priya Patel"), make_partnership()
    with pytest.raises(Refused, match="an agency, a setting or a team"), writing():
        actions.give_role(person, Role.AGENCY_LEAD, partnership=partnership, by="", now=NOW)
    with pytest.raises(Refused, match="past"), writing():
        yesterday = (NOW - timedelta(days=1)).date()
        actions.give_role(person, Role.TRAINER, partnership=partnership, until_on=yesterday, by="", now=NOW)


def run(app: Flask, *words: str, exit_code: int = 0) -> str:
    """What the command says."""
    result = app.test_cli_runner().invoke(args=["person", "add", *words])
    assert result.exit_code == exit_code, result.output
    return result.output


def held(email: str) -> list[tuple[str, int | None, int | None, int | None]]:
    """The roles of somebody."""
    grants = db.session.scalars(
        sa.select(RoleGrant).join(Person).where(Person.email == email).order_by(RoleGrant.id)
    )
    return [actions.scope_of(grant) for grant in grants]


def test_the_command_adds_a_coordinator_once(app: Flask):
    council = make_agency()
    words = ("Cora@Northshire.example", "Cora Coordinator", "--role", "coordinator", "--agency", council.slug)
    assert "Cora Coordinator was given the role of coordinator" in run(app, *words)
    assert "already there" in run(app, *words)
    assert held("cora@northshire.example") == [("coordinator", None, None, None)]
    works = db.session.scalars(sa.select(Affiliation)).one()
    assert works.agency_id == council.id


def test_the_command_gives_several_roles_and_a_lead_their_team(app: Flask):
    council = make_agency()
    team = add(Team(agency_id=council.id, name="Early Help"))
    run(
        app,
        *("l@x.example", "Lena Lead", "--role", "agency lead", "--role", "trainer"),
        *("--agency", council.slug, "--team", "Early Help"),
    )
    assert held("l@x.example") == [("agency lead", council.id, None, team.id), ("trainer", None, None, None)]


def test_the_command_keeps_the_name_somebody_gave_themselves(app: Flask):
    make_person("Priya Patel")
    said = run(app, "priya.patel@northshire.example", "Patel, P", "--role", "trainer")
    assert "already there as Priya Patel, which is kept" in said
    assert held("priya.patel@northshire.example") == [("trainer", None, None, None)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["not an address", "X"], "is not an email address"),
        (["p@x.example", "  "], "Give a name"),
        (["p@x.example", "x" * 201], "at most 200 characters"),
        (["p@x.example", "X", "--role", "king"], "There is no role 'king' to give"),
        (["p@x.example", "X", "--role", "practitioner"], "There is no role"),
        (["p@x.example", "X", "--agency", "northshire-polis"], "Did you mean northshire-police?"),
        (["p@x.example", "X", "--team", "Early Help"], "Say --agency too"),
        (["p@x.example", "X", "--agency", "schools-and-colleges"], "say --setting too"),
        (["p@x.example", "X", "--role", "agency-lead"], "say --agency"),
        (["p@x.example", "X", "--partnership", "southshire"], "There is no partnership 'southshire'"),
    ],
)
def test_the_command_says_what_is_wrong_and_adds_nobody(app: Flask, words: list[str], said: str):
    make_agency("Northshire Police")
    make_setting()
    assert said in run(app, *words, exit_code=2)
    assert not db.session.scalars(sa.select(Person)).all()


def test_the_command_says_that_there_is_no_partnership_yet(app: Flask):
    assert "no partnership yet" in run(app, "p@x.example", "X", exit_code=2)


def test_a_new_setting_gets_a_slug_that_is_free(app: Flask):
    school = make_setting("Hill Top Primary School")
    with writing():
        other = add_umbrella()
        made = actions.setting_called("Hill Top Primary School", other)
    assert (made.slug, made.agency_id) == ("hill-top-primary-school-2", other.id)
    with writing():
        assert actions.setting_called("hill top primary  SCHOOL", school.agency).id == school.id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Setting)) == 2


def add_umbrella() -> Agency:
    """Another umbrella, inside the change."""
    agency = Agency(slug="nurseries", name="Nurseries", sector="Education", is_umbrella=True)
    db.session.add(agency)
    db.session.flush()
    return agency


def test_led_is_what_a_grant_keeps():
    assert Led(1, 2)._asdict() == {"agency_id": 1, "setting_id": 2, "team_id": None}


def test_two_who_name_one_new_address_at_once_are_given_one_person(each_app: Flask):
    make_partnership()

    def name() -> None:
        with writing():
            actions.person_at("New@x.example", name="Nadia New", now=NOW)
            time.sleep(0.1)

    assert at_once(each_app, name, name, name) == ["", "", ""]
    assert db.session.scalars(sa.select(Person.email)).all() == ["new@x.example"]


def test_two_people_put_right_to_one_address_at_once_never_share_it(each_app: Flask):
    ada = make_person("Ada Admin", Role.ADMINISTRATOR)
    priya, omar = make_person("Priya Patel"), make_person("Omar Other")
    partnership_id, ids = make_partnership().id, (ada.id, priya.id, omar.id)
    release()

    def correct(person_id: int) -> Callable[[], None]:
        def act() -> None:
            with writing():
                person, by = (db.session.get_one(Person, one) for one in (person_id, ids[0]))
                partnership = db.session.get_one(Partnership, partnership_id)
                corrections.correct(
                    person, name=person.name, email="one@x.example", partnership=partnership, by=by, now=NOW
                )
                time.sleep(0.1)

        return act

    said = sorted(at_once(each_app, correct(ids[1]), correct(ids[2])))
    assert said[0] == "" and "Another person has this address" in said[1]
