"""Reports of virtual meetings: handed in, looked through beside the register, saved, taken back."""

from flask import Blueprint

pages = Blueprint("attendance_reports", __name__)

from . import handing_in, looking, saving  # noqa: E402, F401  (their views belong to the blueprint)
