"""Settings of the installation, from the environment. What a partnership decides is in partnerships instead."""

import os
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

# How long a change waits for another's lock before the reader is told that we are away.
LONGEST_WAIT_MS = 15_000
MAIL_OAUTH = (
    "MAIL_OAUTH_TOKEN_URL",
    "MAIL_OAUTH_CLIENT_ID",
    "MAIL_OAUTH_CLIENT_SECRET",
    "MAIL_OAUTH_SCOPE",
    "MAIL_OAUTH_REFRESH_TOKEN",
)
ROOT = Path(__file__).resolve().parent.parent


def kept_secret(folder: Path) -> str:
    """The installation's secret key: made once, kept in a file only its owner may read."""
    path = folder / "secret-key"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def database_url(folder: Path) -> str:
    """``DATABASE_URL`` with the driver we ship, else an SQLite file in the installation's folder."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'roundtable.sqlite'}"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url[len(short) :]
    return url


def engine_options(url: str) -> dict[str, Any]:
    """How connections are held: of PostgreSQL, none that it dropped, and no waiting without an end.

    A restarted server costs nobody a page; one that does not answer, or a lock that is never given back, is told as
    a database that is away. What the address itself says about these wins.
    """
    address = make_url(url)
    if address.get_backend_name() != "postgresql":
        return {}
    usual = {"connect_timeout": 5, "options": f"-c lock_timeout={LONGEST_WAIT_MS}"}
    said = {name: value for name, value in usual.items() if name not in address.query}
    return {"pool_pre_ping": True, "connect_args": said}


def mailbox(*, demonstration: bool) -> str:
    """Where the organizer's mail is read: ``MAILBOX``, else a folder in a demonstration and nowhere otherwise."""
    said = os.environ.get("MAILBOX") or ("folder" if demonstration else "none")
    if said not in ("none", "imap", "folder"):
        raise ValueError(f"MAILBOX is {said!r}: say none, imap or folder")
    return said


def text_transport(*, demonstration: bool) -> str:
    """How text messages leave (none | folder | http | demonstration): not at all, until somebody says so."""
    return os.environ.get("TEXT_TRANSPORT") or ("demonstration" if demonstration else "none")


def settings(**overrides: Any) -> dict[str, Any]:
    """All settings by name; the keyword arguments win over the environment."""
    folder = Path(overrides.get("FOLDER") or os.environ.get("ROUNDTABLE_FOLDER") or ROOT / "var")
    site = os.environ.get("SITE_URL", "http://localhost:8000").rstrip("/")
    found: dict[str, Any] = {
        "FOLDER": folder,
        "SITE_URL": site,
        "PROXIES": int(os.environ.get("PROXIES", "0")),  # how many of our own stand before the web server
        "PARTNERSHIP": os.environ.get("PARTNERSHIP", ""),
        "DEMONSTRATION": os.environ.get("DEMONSTRATION") == "1",
        # smtp | folder | demonstration
        "MAIL_TRANSPORT": os.environ.get("MAIL_TRANSPORT", "folder"),
        "MAIL_FOLDER": os.environ.get("MAIL_FOLDER") or str(folder / "mail"),
        "MAIL_FROM": os.environ.get("MAIL_FROM", "training@roundtable.example"),
        "SMTP_HOST": os.environ.get("SMTP_HOST", "127.0.0.1"),
        "SMTP_PORT": int(os.environ.get("SMTP_PORT", "25")),
        "SMTP_USER": os.environ.get("SMTP_USER", ""),
        "SMTP_PASSWORD": os.environ.get("SMTP_PASSWORD", ""),
        "SMTP_TLS": os.environ.get("SMTP_TLS", "starttls" if os.environ.get("SMTP_USER") else "none"),
        "SMTP_SIGN_IN": os.environ.get("SMTP_SIGN_IN", "password"),  # password | oauth
        # none | imap | folder: the mailbox behind MAIL_FROM, where answers to invites and returned mail arrive
        "IMAP_HOST": os.environ.get("IMAP_HOST", "127.0.0.1"),
        "IMAP_PORT": int(os.environ.get("IMAP_PORT", "993")),
        "IMAP_TLS": os.environ.get("IMAP_TLS", "tls"),  # tls | starttls | none
        "IMAP_USER": os.environ.get("IMAP_USER", ""),
        "IMAP_PASSWORD": os.environ.get("IMAP_PASSWORD", ""),
        "IMAP_SIGN_IN": os.environ.get("IMAP_SIGN_IN", "password"),  # password | oauth
        # What both sign in with where they say oauth: an application of Microsoft 365, or of Google.
        **{name: os.environ.get(name, "") for name in MAIL_OAUTH},
        "IMAP_FOLDER": os.environ.get("IMAP_FOLDER", "INBOX"),
        "MAILBOX_FOLDER": os.environ.get("MAILBOX_FOLDER") or str(folder / "mailbox"),
        "TEXT_FOLDER": os.environ.get("TEXT_FOLDER") or str(folder / "texts"),
        "TEXT_URL": os.environ.get("TEXT_URL", ""),
        "TEXT_KEY": os.environ.get("TEXT_KEY", ""),
        "TEXT_SENDER": os.environ.get("TEXT_SENDER", ""),
        "MAX_CONTENT_LENGTH": 4 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        # Pages whose address is a secret send no referrer; the token and the cookie's SameSite are what keeps others out.
        "WTF_CSRF_SSL_STRICT": False,
    }
    found |= overrides
    found.setdefault("TEXT_TRANSPORT", text_transport(demonstration=found["DEMONSTRATION"]))
    found.setdefault("MAILBOX", mailbox(demonstration=found["DEMONSTRATION"]))
    found.setdefault("SQLALCHEMY_DATABASE_URI", database_url(folder))
    found.setdefault("SQLALCHEMY_ENGINE_OPTIONS", engine_options(found["SQLALCHEMY_DATABASE_URI"]))
    found.setdefault("SECRET_KEY", os.environ.get("SECRET_KEY") or kept_secret(folder))
    return found
