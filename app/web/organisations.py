"""Choosing an agency or a setting in a form: one list of both, by name."""

from datetime import date

import sqlalchemy as sa
from wtforms.fields import SelectChoice

from ..accounts.agencies import choosable
from ..accounts.models import Agency, Setting
from ..db import db

AGENCY, SETTING = "agency", "setting"


def settings_known(partnership_id: int, day: date) -> sa.Select[Setting, str]:
    """The settings of the agencies that a partnership works with, each with its umbrella's name."""
    agencies = choosable(partnership_id, day).with_only_columns(Agency.id).order_by(None)
    return (
        sa.select(Setting, Agency.name)
        .join(Agency, Agency.id == Setting.agency_id)
        .where(Setting.agency_id.in_(agencies))
        .order_by(Agency.name, sa.func.lower(Setting.name))
    )


def organisation_choices(partnership_id: int, day: date, *, first: str) -> list[SelectChoice]:
    """Agencies by sector, then settings by umbrella; ``first`` stands for none chosen."""
    found = [SelectChoice("", first)]
    for agency, _ in db.session.execute(choosable(partnership_id, day)):
        label = f"{agency.name} (all its settings)" if agency.is_umbrella else agency.name
        found.append(SelectChoice(f"{AGENCY}:{agency.id}", label, optgroup=agency.sector))
    for setting, umbrella in db.session.execute(settings_known(partnership_id, day)):
        found.append(
            SelectChoice(f"{SETTING}:{setting.id}", setting.name, optgroup=f"{umbrella}: one of them")
        )
    return found


def chosen(value: str) -> tuple[int | None, int | None]:
    """Agency and setting of such a choice; one of them is None."""
    kind, _, number = value.partition(":")
    return (int(number), None) if kind == AGENCY else (None, int(number))
