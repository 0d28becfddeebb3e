"""What every page of imports needs: the kind of file, the draft and the batch that an address names."""

from flask import abort

from ...accounts.rules import Role
from ...db import db
from ...imports.columns import KINDS, Kind
from ...imports.models import ImportBatch, ImportDraft
from ...web.access import current_partnership, signed_in


def may_load(kind: str) -> bool:
    """Whether the signed-in person may load such files: courses are a coordinator's."""
    return kind != "courses" or signed_in().may(Role.COORDINATOR)


def kind_or_404(kind: str) -> Kind:
    """The kind of file; 403 for one that is not this person's to load."""
    if kind not in KINDS:
        abort(404)
    if not may_load(kind):
        abort(403)
    return KINDS[kind]


def draft_or_404(public_id: str) -> tuple[ImportDraft, Kind]:
    """A file that was handed in to this partnership, and its kind."""
    wanted = ImportDraft.of(current_partnership().id).where(ImportDraft.public_id == public_id)
    draft = db.session.scalar(wanted) or abort(404)
    return draft, kind_or_404(draft.kind)


def batch_or_404(public_id: str) -> tuple[ImportBatch, Kind]:
    """A file that was loaded for this partnership, and its kind."""
    wanted = ImportBatch.of(current_partnership().id).where(ImportBatch.public_id == public_id)
    batch = db.session.scalar(wanted) or abort(404)
    return batch, kind_or_404(batch.kind)
