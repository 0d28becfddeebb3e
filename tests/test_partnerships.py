"""Partnerships: adding one, and the arithmetic of reporting years."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.db import db
from app.partnerships.models import Partnership
from app.partnerships.rules import reporting_year, year_bounds, year_from_slug, year_label, year_slug


@given(st.dates(date(1990, 1, 1), date(2098, 12, 31)))
def test_every_day_is_in_the_reporting_year_it_says(day: date):
    first, last = year_bounds(reporting_year(day))
    assert first <= day <= last


@given(st.integers(1990, 2098))
def test_a_year_reads_back_from_its_address(start: int):
    assert year_from_slug(year_slug(start)) == start


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "2021",
        "2021-23",
        "2021-2",
        "21-22",
        "2021/22",
        "２０２１-22",
        "soon",
        "2021-22x",
        "0000-01",
        "9999-00",
    ],
)
def test_what_is_no_reporting_year_is_none(slug: str):
    assert year_from_slug(slug) is None


def test_a_year_is_written_as_people_write_it():
    assert (year_label(2021), year_label(1999)) == ("2021/22", "1999/00")


def test_a_partnership_is_added_once(app: Flask):
    add = [
        "partnership",
        "add",
        "northshire",
        "Northshire SCP",
        "--short",
        "NSCP",
        "--email",
        "training@n.example",
    ]
    runner = app.test_cli_runner()
    assert "is added" in runner.invoke(args=add).output
    assert "nothing was changed" in runner.invoke(args=add).output
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Partnership)) == 1
