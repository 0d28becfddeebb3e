"""Rows that people change in place: a fingerprint of what the file made tells whether somebody did since.

Every other change leaves a row of its own, which ``undoing`` finds. Nothing here is about a person: a fingerprint of
a name would outlive the name.
"""

from collections.abc import Collection, Mapping
from hashlib import sha256

import sqlalchemy as sa

from ..catalogue.actions import AS_THEY_ARE, LISTS
from ..db import Base, db
from .known import some

IN_PLACE: Mapping[str, tuple[str, ...]] = {
    "course": (*AS_THEY_ARE, *LISTS),
    "venue": (
        *("name", "address", "postcode", "notes", "access_notes"),
        *("contact", "phone", "places", "closed_at"),
    ),
    "setting": ("agency_id", "name", "number", "trust", "district", "workforce"),
}


def fingerprints(table: str, ids: Collection[int]) -> dict[int, str]:
    """By row of such a table: what it says now, as a short text that is another after any change."""
    columns = Base.metadata.tables[table].c
    wanted = sa.select(columns["id"], *(columns[name] for name in IN_PLACE[table]))
    return {
        row[0]: sha256(repr(tuple(row[1:])).encode()).hexdigest()[:32]
        for chunk in some(sorted(ids))
        for row in db.session.execute(wanted.where(columns["id"].in_(chunk)))
    }
