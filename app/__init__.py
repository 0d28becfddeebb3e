"""Roundtable: training management and e-learning for multi-agency safeguarding children partnerships."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from . import cli, pages, tables  # noqa: F401  (tables: so that the mapper knows every table)
from .config import ROOT, settings
from .db import db, install
from .web import access, addresses, assets, calendar_links, context, filters, headers, problems, typed

csrf = CSRFProtect()


def create_app(**overrides: Any) -> Flask:
    """Build the application; keyword arguments win over the environment (tests use them)."""
    app = Flask("app", static_folder=None)
    app.config.update(settings(**overrides))
    prepare_sessions(app)
    prepare_templates(app)
    Path(app.config["FOLDER"]).mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        install(db.engine)
    for part in (addresses, headers, typed, assets, filters, calendar_links, context, problems, access):
        part.install(app)
    csrf.init_app(app)
    pages.install(app)
    cli.install(app)
    trust_proxies(app, app.config["PROXIES"])
    return app


def trust_proxies(app: Flask, number: int) -> None:
    """Believe what that many of our own proxies say of a request's origin; without any, believe nobody."""
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number, x_host=number)  # type: ignore[method-assign]


def prepare_sessions(app: Flask) -> None:
    """Cookies that only this site reads; bound to the host wherever it is served over https."""
    secure = app.config["SITE_URL"].startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-session" if secure else "session",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
        SESSION_REFRESH_EACH_REQUEST=False,
    )


def prepare_templates(app: Flask) -> None:
    """Templates of ours, then the components' macros under their prefix."""
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    components = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), components])  # type: ignore[assignment]
