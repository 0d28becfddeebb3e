"""Booking a place and everything a person can do with it afterwards."""

from flask import Blueprint

pages = Blueprint("booking", __name__)

from . import (  # noqa: E402, F401  (their views belong to the blueprint)
    agreeing,
    calendar_file,
    calendar_told,
    for_somebody,
    giving_back,
    group,
    interest,
    joining,
    mine,
    moving,
    offer,
    place,
    substituting,
    taking_back,
    waiving,
)
