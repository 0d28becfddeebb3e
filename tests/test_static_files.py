"""The browser files that are checked in are the ones that were vendored, and hold nothing that is GOV.UK's own."""

import hashlib
import json
import os
import re
from pathlib import Path

import pytest

from tools.run import drop_stale

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "app/static"
MANIFEST = STATIC / "vendor/MANIFEST.json"


def sealed() -> dict[str, str]:
    """The path of every vendored file and the sha256 it had when it was vendored."""
    manifest: dict[str, str] = json.loads(MANIFEST.read_text())
    return manifest


@pytest.mark.parametrize("path", sealed())
def test_every_vendored_file_is_the_one_that_was_sealed(path: str) -> None:
    assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == sealed()[path]


def test_no_vendored_file_is_unsealed() -> None:
    folders = (STATIC / "vendor", ROOT / "tests/vendor")
    present = {str(p.relative_to(ROOT)) for folder in folders for p in folder.rglob("*") if p.is_file()}
    present = {p for p in present if not p.endswith((".gz", ".br"))}
    assert present == set(sealed()) | {str(MANIFEST.relative_to(ROOT))}


def test_every_vendored_package_lies_beside_its_licence() -> None:
    licences = {Path(p).name for p in sealed() if p.endswith(".LICENSE.txt")}
    assert licences == {f"{n}.LICENSE.txt" for n in ("govuk-frontend", "htmx", "Inter", "axe", "ical")}


@pytest.mark.parametrize("word", ["GDS Transport", "@font-face", "crest", "crown"])
def test_the_built_stylesheet_holds_nothing_that_only_gov_uk_may_use(word: str) -> None:
    assert word not in (STATIC / "vendor/govuk.css").read_text()


@pytest.mark.parametrize("sheet", ["vendor/govuk.css", "roundtable.css"])
def test_every_file_a_stylesheet_asks_for_is_there(sheet: str) -> None:
    asked = re.findall(r'url\("?([^)"]+)"?\)', (STATIC / sheet).read_text())
    missing = [
        url for url in asked if not url.startswith("data:") and not ((STATIC / sheet).parent / url).exists()
    ]
    assert missing == []


def test_every_file_a_template_asks_for_is_there() -> None:
    texts = [p.read_text() for p in (ROOT / "templates").rglob("*.html")]
    asked = {name for text in texts for name in re.findall(r"static_url\(['\"]([^'\"]+)['\"]\)", text)}
    assert asked, "no template asks for a static file"
    assert {name for name in asked if not (STATIC / name).exists()} == set()


# Stand in a frame beside mails and are answered, as they are, under a policy that lets their own style in.
IN_A_FRAME = {ROOT / "templates" / "messages" / name for name in ("frame.html", "text_frame.html")}


def test_templates_carry_no_style_attributes_and_no_script_of_their_own() -> None:
    """The content security policy refuses both, so such a page would be broken without an error in any test."""
    found = [
        f"{path.name}: {match.group()}"
        for path in (ROOT / "templates").rglob("*.html")
        if "emails" not in path.parts and path not in IN_A_FRAME
        for match in re.finditer(
            r"\sstyle=\"|<style|\son[a-z]+=\"|<script(?![^>]*\b(src|nonce)=)[^>]*>", path.read_text()
        )
    ]
    assert found == []


def test_no_browser_is_given_a_compressed_copy_of_an_older_script(tmp_path: Path) -> None:
    script, copy = tmp_path / "register.js", tmp_path / "register.js.gz"
    script.write_text("today")
    assert drop_stale(tmp_path), "there is none yet"
    copy.write_text("today")
    os.utime(copy, (script.stat().st_atime, script.stat().st_mtime))
    assert not drop_stale(tmp_path) and copy.exists()
    os.utime(script, (copy.stat().st_atime + 5, copy.stat().st_mtime + 5))
    assert drop_stale(tmp_path) and not copy.exists()
