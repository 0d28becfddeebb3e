"""Commands: ``flask --app wsgi <subject> <verb>``. A file per subject; each has one ``commands`` (group or command)."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def install(app: Flask) -> None:
    """Give the app its commands."""
    for found in iter_modules(__path__):
        app.cli.add_command(import_module(f"{__name__}.{found.name}").commands)
