"""``flask venues import``."""

from flask.cli import AppGroup

from .imports import import_command

commands = AppGroup("venues", help="Venues: load a list of them from a file.")
commands.add_command(import_command("venues"))
