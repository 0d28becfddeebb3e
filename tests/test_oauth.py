"""Tokens for the mail servers: what the sign-in service is asked, how long a token is kept, what is said when there is none."""

import json
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.config import settings
from app.notifications import oauth_answers
from app.notifications.oauth import BUDGET, Client, NotSignedIn, Tokens, tokens_for
from app.notifications.oauth_answers import Given, answered
from tests.dovecot import make_certificate
from tests.postgresql import free_port
from tests.token_service import CLIENT, REFRESH, SCOPE, SECRET, Ticking, TokenService, fault


def client(service: TokenService, **other: str) -> Client:
    """The site as the sign-in service knows it."""
    usual = {"url": service.url, "client_id": CLIENT, "client_secret": SECRET, "scope": SCOPE}
    return Client(**{**usual, **other})


def why_not(tokens: Tokens) -> str:
    """The sentence of a request that brings none. It may never hold a secret."""
    with pytest.raises(NotSignedIn) as refused:
        tokens.token()
    said = str(refused.value)
    assert SECRET not in said
    assert len(said) < 260
    return said


def test_the_service_is_asked_as_the_application_itself(token_service: TokenService):
    assert Tokens(client(token_service)).token() in token_service.holding
    assert token_service.asked == [
        {
            "client_id": CLIENT,
            "client_secret": SECRET,
            "grant_type": "client_credentials",
            "scope": SCOPE,
        }
    ]


def test_a_refresh_token_is_used_where_one_is_set(token_service: TokenService):
    assert Tokens(client(token_service, scope="", refresh_token=REFRESH)).token()
    assert token_service.asked[0]["grant_type"] == "refresh_token"
    assert "MAIL_OAUTH_REFRESH_TOKEN" in why_not(Tokens(client(token_service, refresh_token="old")))


def test_a_token_is_kept_until_five_minutes_before_it_ends(token_service: TokenService):
    ticking = Ticking()
    tokens = Tokens(client(token_service), ticking)
    first = tokens.token()
    ticking.seconds += 3299
    assert tokens.token() == first
    assert len(token_service.asked) == 1
    ticking.seconds += 1
    assert tokens.token() != first
    assert len(token_service.asked) == 2


@pytest.mark.parametrize(
    ("said", "kept"), [(60, 30), ("3600", 3300), (None, 150), ("soon", 150), (-5, 150), (10**8, 86_100)]
)
def test_how_long_it_is_kept_follows_what_the_service_says(
    token_service: TokenService, said: object, kept: int
):
    token_service.seconds = said
    ticking = Ticking()
    tokens = Tokens(client(token_service), ticking)
    first = tokens.token()
    ticking.seconds += kept - 1
    assert tokens.token() == first
    ticking.seconds += 1
    assert tokens.token() != first


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_secret": "guess"}, "MAIL_OAUTH_CLIENT_SECRET (its value, not its ID)"),
        ({"client_id": "another"}, "MAIL_OAUTH_CLIENT_ID"),
        ({"scope": "https://outlook.example/IMAP"}, "MAIL_OAUTH_SCOPE (AADSTS1002012)"),
    ],
)
def test_the_setting_that_is_wrong_is_named(token_service: TokenService, wrong: dict[str, str], named: str):
    assert named in why_not(Tokens(client(token_service, **wrong)))


def test_a_wrong_tenant_is_told(token_service: TokenService):
    url = token_service.url.replace("northshire", "elsewhere")
    said = why_not(Tokens(client(token_service, url=url)))
    assert said == "the sign-in service knows no such tenant: check MAIL_OAUTH_TOKEN_URL (AADSTS90002)"


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (
            fault(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired."),
            "has run out",
        ),
        (fault(400, "invalid_client"), "MAIL_OAUTH_CLIENT_SECRET"),
        (fault(400, "unsupported_grant_type"), "MAIL_OAUTH_REFRESH_TOKEN"),
        (fault(400, "invalid_grant", "AADSTS65001: nobody has consented"), "has agreed"),
        (fault(400, "unauthorized_client", "AADSTS7000112: Application is disabled."), "switched off"),
        (fault(503, "temporarily_unavailable"), "asked again by itself"),
        ((500, {}, b"<h1>oops</h1>"), "asked again by itself (500)"),
        ((429, {}, b""), "asked again by itself (429)"),
        ((404, {}, b"no such page"), "check that address"),
        ((200, {}, b"<html>Sign in</html>"), "check that address"),
        ((200, {}, b"[]"), "check that address"),
        ((200, {}, b"[" * 90_000), "check that address"),
        ((200, {}, b'{"access_token": "x y", "token_type": "Bearer"}'), "check that address"),
        ((200, {}, b'{"access_token": "xy", "token_type": "mac"}'), "check that address"),
        ((200, {}, b'{"access_token": ["xy"]}'), "check that address"),
        ((200, {}, b'{"access_token": "' + b"x" * 300_000 + b'"}'), "check that address"),
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "leads elsewhere (302)"),
    ],
)
def test_whatever_the_service_says_is_told_as_a_sentence(
    token_service: TokenService, answer: tuple[int, dict[str, str], bytes], named: str
):
    token_service.instead = answer
    assert named in why_not(Tokens(client(token_service)))


def test_what_the_service_says_back_is_not_repeated(token_service: TokenService):
    token_service.instead = fault(400, SECRET, f"no client with the secret {SECRET} AADSTS999")
    why_not(Tokens(client(token_service)))


def test_a_service_that_cannot_be_reached_is_said():
    tokens = Tokens(Client(f"http://127.0.0.1:{free_port()}/x", "a", SECRET))
    assert why_not(tokens).startswith("the sign-in service at 127.0.0.1 cannot be reached: ")
    assert "cannot be reached" in why_not(Tokens(Client("https://no..host/token", "a", SECRET)))


def test_after_a_failure_a_minute_passes_until_the_service_is_asked_again(token_service: TokenService):
    ticking = Ticking()
    tokens = Tokens(client(token_service), ticking)
    token_service.instead = fault(401, "invalid_client")
    first = why_not(tokens)
    ticking.seconds += 59
    assert why_not(tokens) == first
    assert len(token_service.asked) == 1
    token_service.instead = None
    ticking.seconds += 1
    assert tokens.token() in token_service.holding


def test_a_token_that_was_refused_is_asked_for_anew_but_not_within_a_minute(token_service: TokenService):
    ticking = Ticking()
    tokens = Tokens(client(token_service), ticking)
    first = tokens.token()
    assert tokens.instead_of(first) is None
    ticking.seconds += 60
    second = tokens.instead_of(first)
    assert second not in (None, first)
    assert tokens.instead_of(first) == second
    assert tokens.token() == second


def test_a_service_that_drips_is_left_after_a_while(
    token_service: TokenService, monkeypatch: pytest.MonkeyPatch
):
    assert BUDGET < 45
    monkeypatch.setattr("app.notifications.oauth.BUDGET", 0.5)
    token_service.drip = 0.05
    assert "takes too long" in why_not(Tokens(client(token_service)))


def test_the_service_is_spoken_to_over_tls_that_is_checked(
    token_service: TokenService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    make_certificate(tmp_path)
    with token_service.encrypted(tmp_path) as url:
        assert "certificate verify failed" in why_not(Tokens(client(token_service, url=url)))
        assert token_service.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
        assert Tokens(client(token_service, url=url)).token()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("IMAP_SIGN_IN", "token", "say password or oauth"),
        ("MAIL_OAUTH_CLIENT_SECRET", "", "say MAIL_OAUTH_CLIENT_SECRET too"),
        ("MAIL_OAUTH_SCOPE", "", "say MAIL_OAUTH_SCOPE too"),
        ("IMAP_USER", "", "say IMAP_USER too"),
        ("IMAP_USER", "a@b.example\x01auth=Bearer x", "no address has"),
        ("IMAP_TLS", "none", "encrypted only"),
        ("MAIL_OAUTH_TOKEN_URL", "http://login.example/token", "has to begin with https://"),
        ("MAIL_OAUTH_TOKEN_URL", "login.example", "no web address"),
        ("MAIL_OAUTH_TOKEN_URL", "https://[login/token", "no web address"),
        ("MAIL_OAUTH_TOKEN_URL", "https://login:99999/token", "no web address"),
    ],
)
def test_settings_that_cannot_work_are_refused(app: Flask, name: str, value: str, said: str):
    good = {
        **app.config,
        "IMAP_SIGN_IN": "oauth",
        "IMAP_HOST": "outlook.example",
        "IMAP_USER": "training@roundtable.example",
        "MAIL_OAUTH_TOKEN_URL": "https://login.example/token",
        "MAIL_OAUTH_CLIENT_ID": CLIENT,
        "MAIL_OAUTH_CLIENT_SECRET": SECRET,
        "MAIL_OAUTH_SCOPE": SCOPE,
    }
    assert tokens_for(good, "IMAP") is tokens_for(good, "IMAP")
    with pytest.raises(ValueError, match=".") as refused:
        tokens_for({**good, name: value}, "IMAP")
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_the_settings_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("MAIL_OAUTH_CLIENT_ID", "SMTP_SIGN_IN", "IMAP_SIGN_IN"):
        monkeypatch.setenv(name, f"of {name}")
    found = settings(FOLDER=tmp_path)
    assert [
        found[n] for n in ("MAIL_OAUTH_CLIENT_ID", "SMTP_SIGN_IN", "IMAP_SIGN_IN", "MAIL_OAUTH_SCOPE")
    ] == [
        "of MAIL_OAUTH_CLIENT_ID",
        "of SMTP_SIGN_IN",
        "of IMAP_SIGN_IN",
        "",
    ]


def test_no_secret_shows_when_things_are_printed(token_service: TokenService):
    shown = [client(token_service, refresh_token=REFRESH), Given("t0ken", 1), Tokens(client(token_service))]
    assert not [one for one in shown if any(s in repr(one) for s in (SECRET, REFRESH, "t0ken"))]


WORDS = st.sampled_from(["error", "error_description", "access_token", "token_type", "expires_in", SECRET])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@given(st.integers(100, 599), st.dictionaries(WORDS, VALUES) | st.binary())
def test_no_answer_breaks_us_or_brings_its_own_words(status: int, said: dict[str, object] | bytes):
    found = answered(status, said if isinstance(said, bytes) else json.dumps(said).encode())
    if isinstance(found, Given):
        assert 0 <= found.seconds <= oauth_answers.LONGEST
        assert found.token.isascii()
    else:
        assert SECRET not in found
        assert "\n" not in found
