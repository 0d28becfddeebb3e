"""``flask events import``."""

from flask.cli import AppGroup

from .imports import import_command

commands = AppGroup("events", help="Dates: load a programme from a file.")
commands.add_command(import_command("events"))
