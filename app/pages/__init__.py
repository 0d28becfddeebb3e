"""What people see. A file per part of the site; each has one blueprint called ``pages``."""

from importlib import import_module
from pkgutil import iter_modules

from flask import Flask


def install(app: Flask) -> None:
    """Put every part of the site at its addresses."""
    for found in iter_modules(__path__):
        app.register_blueprint(import_module(f"{__name__}.{found.name}").pages)
