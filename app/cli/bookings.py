"""``flask bookings import``."""

from flask.cli import AppGroup

from .imports import import_command

commands = AppGroup("bookings", help="Bookings: load those of the past from a file.")
commands.add_command(import_command("bookings"))
