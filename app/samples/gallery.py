"""Every wording written with real rows into a folder: as text, as HTML, as the mail that is sent, and as a picture."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from ..notifications.letters import messages, mime
from ..notifications.message_table import MESSAGES
from ..notifications.models import Letter
from ..notifications.phones import in_parts
from ..notifications.rehearsing import Rehearsed
from ..notifications.when_sent import when_sent
from ..notifications.wording_names import label_of
from ..partnerships.rules import DEFAULTS
from .table import SAMPLES, samples_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTH, TALLEST = 680, 2400
PATIENCE = 60  # seconds for one picture
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem;max-width:70rem;color:#1f1b2e}"
    "h2{margin-top:2.5rem}article{display:flex;flex-wrap:wrap;gap:1.5rem;margin:1.5rem 0 3rem}"
    "pre{flex:1 1 22rem;white-space:pre-wrap;background:#f4f2f8;padding:1rem;margin:0;overflow-wrap:anywhere}"
    "iframe{flex:1 1 22rem;border:1px solid #dcd8e8;height:44rem}"
)


@dataclass(frozen=True)
class Shown:
    """A wording with the letter it gave, or with none."""

    wording: str
    letter: Letter | None


def write(folder: Path, partnership_id: int, *, now: datetime, pictures: bool) -> Iterator[Shown]:
    """Write every wording of the table into the folder, and a page of all of them; tells of each as it goes."""
    folder.mkdir(parents=True, exist_ok=True)
    done = []
    there = dict(messages())
    for wording in [wording for message in MESSAGES for wording in message.wordings if wording in there]:
        letters = samples_of(wording, partnership_id, now=now) if wording in SAMPLES else []
        letter = letter_of(letters[0]) if letters else None
        if letter:
            write_letter(folder / wording, letter, picture=browser() if pictures else "")
        done.append(Shown(wording, letter))
        yield done[-1]
    (folder / "index.html").write_text(index(done), encoding="utf-8")


def letter_of(rehearsed: Rehearsed) -> Letter:
    """The letter as the outbox would hold it."""
    return Letter(**rehearsed.row)


def write_letter(path: Path, letter: Letter, *, picture: str) -> None:
    """The files of one letter."""
    if letter.channel == "text":
        path.with_suffix(".txt").write_text(f"{letter.text}\n", encoding="utf-8")
        return
    path.with_suffix(".txt").write_text(f"Subject: {letter.subject}\n\n{letter.text}", encoding="utf-8")
    path.with_suffix(".html").write_text(letter.html, encoding="utf-8")
    path.with_suffix(".eml").write_bytes(mime(letter).as_bytes())
    if picture:
        take_picture(picture, path.with_suffix(".html"), path.with_suffix(".png"))


def browser() -> str:
    """Where a browser is that can take pictures; "" where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def take_picture(browser: str, page: Path, picture: Path) -> None:
    """A picture of a page, cut to its height."""
    picture.unlink(missing_ok=True)
    with TemporaryDirectory() as profile:
        asked = (f"--screenshot={picture.resolve()}", f"--window-size={WIDTH},{TALLEST}")
        own = f"--user-data-dir={profile}"
        subprocess.run(
            [browser, *FLAGS, own, *asked, page.resolve().as_uri()],
            check=True,
            capture_output=True,
            timeout=PATIENCE,
        )
    cut(picture)


def cut(picture: Path) -> None:
    """Take the empty end of a picture off."""
    from PIL import Image, ImageChops

    with Image.open(picture) as opened:
        image = opened.convert("RGB")
    ground = Image.new("RGB", image.size, image.getpixel((0, image.height - 1)))
    box = ImageChops.difference(image, ground).getbbox()
    image.crop((0, 0, image.width, min(image.height, (box[3] if box else 0) + 40))).save(picture)


def index(shown: list[Shown]) -> str:
    """A page with all of them, in the order of the table."""
    letters = {one.wording: one.letter for one in shown}
    parts = []
    for message in MESSAGES:
        parts.append(
            f"<h2>{escape(message.label)}</h2>\n<p>To {escape(message.to)}, {escape(when_sent(message, DEFAULTS))}.</p>"
        )
        parts += [article(name, letters[name]) for name in message.wordings if name in letters]
    return (
        '<!DOCTYPE html>\n<html lang="en-GB"><head><meta charset="utf-8"><title>Every mail</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>Every mail</h1>\n{chr(10).join(parts)}\n</body></html>\n"
    )


def article(wording: str, letter: Letter | None) -> str:
    """One wording on that page: its text beside its HTML."""
    name = escape(wording)
    if letter is None:
        return f'<h3 id="{name}">{escape(label_of(wording))}</h3>\n<p>There is no row to write it for.</p>'
    if letter.channel == "text":
        return (
            f'<h3 id="{name}">{escape(label_of(wording))}</h3>\n<p>{in_parts(letter.text)}'
            f' (<a href="{name}.txt">txt</a>)</p><article><pre>{escape(letter.text)}</pre></article>'
        )
    links = ", ".join(f'<a href="{name}.{end}">{end}</a>' for end in ("txt", "html", "eml", "png"))
    return (
        f'<h3 id="{name}">{escape(label_of(wording))}</h3>\n<p><strong>{escape(letter.subject)}</strong> ({links})</p>'
        f'<article><pre>{escape(letter.text)}</pre><iframe src="{name}.html" title="{name}"></iframe></article>'
    )
