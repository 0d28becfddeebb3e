"""Ways out for a text, one of them a real HTTP server on loopback."""

from pathlib import Path

import pytest

from app.config import settings
from app.notifications.text_transports import (
    Demonstration,
    HttpProvider,
    Nowhere,
    TextFolder,
    text_transport_for,
)
from tests.texting import Provider, unsent, way_to


def test_a_provider_is_told_who_writes_what_to_whom_with_the_key(provider: Provider):
    way_to(provider).send("Neglect – now at 11", to="+447700900123", name="abc")
    ((path, headers, said),) = provider.got
    assert path == "/v1/messages?account=7"
    assert headers["Authorization"] == "Bearer secret-key"
    assert headers["Content-Type"] == "application/json"
    assert said == {"from": "NSCP", "to": "+447700900123", "text": "Neglect – now at 11", "reference": "abc"}


@pytest.mark.parametrize(
    ("status", "for_good"),
    [
        (400, True),
        (401, True),
        (404, True),
        (422, True),
        (302, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
def test_what_the_provider_refuses_is_given_up_and_what_it_cannot_do_now_is_tried_again(
    provider: Provider, status: int, for_good: bool
):
    provider.status = status
    error = unsent(way_to(provider))
    assert (error.for_good, error.unsure, error.away) == (for_good, False, False)
    assert f"{status}" in error.fault
    assert "secret-key" not in error.fault


def test_a_redirect_is_never_followed(provider: Provider):
    with Provider() as elsewhere:
        provider.status, provider.location = 307, elsewhere.url
        assert unsent(way_to(provider)).for_good
        assert len(provider.got) == 1
        assert elsewhere.got == []


def test_a_provider_that_is_not_there_is_tried_again(provider: Provider):
    way = way_to(provider)
    provider.shutdown()
    provider.server_close()
    error = unsent(way)
    assert (error.for_good, error.unsure) == (False, False)


def test_a_provider_that_breaks_off_may_have_sent_it(provider: Provider):
    provider.silent = True
    error = unsent(way_to(provider))
    assert (error.for_good, error.unsure) == (False, True)


def test_a_provider_that_answers_one_sign_at_a_time_is_hung_up_on(provider: Provider):
    way = HttpProvider(provider.url, key="secret-key", sender="NSCP", patience=2, budget=0.5)
    provider.drips = b"HTTP/1.1 "
    error = unsent(way)
    assert (error.for_good, error.unsure) == (False, True)
    assert provider.hung_up_on.wait(10), "it still answers: nobody hung up"


def test_a_text_that_was_accepted_has_left_however_slowly_the_rest_is_said(provider: Provider):
    way = HttpProvider(provider.url, key="secret-key", sender="NSCP", patience=2, budget=0.5)
    provider.drips = b"HTTP/1.1 202 Accepted\r\nX-Slow: "
    way.send("Hello", to="+447700900123", name="abc")
    assert provider.hung_up_on.wait(10), "it still answers: nobody hung up"


@pytest.mark.parametrize(
    "url",
    [
        "http://texts.example/v1",
        "ftp://texts.example",
        "texts.example",
        "",
        "https://user:pw@texts.example/",
        "http://127.0.0.1.texts.example/",
    ],
)
def test_numbers_and_key_travel_over_tls_only_unless_on_this_machine(url: str):
    with pytest.raises(ValueError, match="TEXT_URL"):
        HttpProvider(url, key="k", sender="NSCP")
    HttpProvider("https://texts.example/v1", key="k", sender="NSCP")


def test_a_folder_keeps_a_file_of_each_and_one_that_cannot_be_written_is_tried_again(tmp_path: Path):
    TextFolder(tmp_path / "texts").send("Neglect – now at 11", to="+447700900123", name="abc")
    assert [p.name for p in (tmp_path / "texts").iterdir()] == ["abc.txt"]
    assert (tmp_path / "texts" / "abc.txt").read_text() == "To: +447700900123\n\nNeglect – now at 11\n"
    (tmp_path / "file").write_text("")
    assert not unsent(TextFolder(tmp_path / "file")).for_good


def test_the_settings_choose_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usual = {
        "TEXT_FOLDER": str(tmp_path),
        "TEXT_URL": "https://x.example/",
        "TEXT_KEY": "k",
        "TEXT_SENDER": "NSCP",
    }
    kinds = {"none": Nowhere, "folder": TextFolder, "http": HttpProvider, "demonstration": Demonstration}
    for kind, way in kinds.items():
        assert type(text_transport_for(usual | {"TEXT_TRANSPORT": kind})) is way
    for wrong in ({"TEXT_TRANSPORT": "pigeon"}, {"TEXT_TRANSPORT": "http", "TEXT_KEY": ""}):
        with pytest.raises(ValueError, match="TEXT"):
            text_transport_for(usual | wrong)
    monkeypatch.setenv("TEXT_TRANSPORT", "")
    assert settings(FOLDER=tmp_path)["TEXT_TRANSPORT"] == "none"
    assert settings(FOLDER=tmp_path, DEMONSTRATION=True)["TEXT_TRANSPORT"] == "demonstration"
    assert unsent(Nowhere()).for_good
