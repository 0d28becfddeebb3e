"""what calendars know of a booking: each trainer of an event gets a name of their own for their sessions

Revision ID: 0011
"""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def give_names() -> None:
    """A public id for everybody who delivers an event already."""
    trainer = sa.table("event_trainer", sa.column("id"), sa.column("public_id"))
    for (row_id,) in op.get_bind().execute(sa.select(trainer.c.id)).all():
        named = sa.update(trainer).where(trainer.c.id == row_id).values(public_id=secrets.token_urlsafe(12))
        op.get_bind().execute(named)


def upgrade() -> None:
    """Two trainers of one session shared its name in their calendars; a name must be known to one reader only."""
    op.add_column("event_trainer", sa.Column("public_id", sa.String(length=24), nullable=True))
    give_names()
    with op.batch_alter_table("event_trainer") as table:
        table.alter_column("public_id", existing_type=sa.String(length=24), nullable=False)
        table.create_unique_constraint(op.f("uq_event_trainer_public_id"), ["public_id"])


def downgrade() -> None:
    """Back to one name for all."""
    with op.batch_alter_table("event_trainer") as table:
        table.drop_constraint(op.f("uq_event_trainer_public_id"), type_="unique")
        table.drop_column("public_id")
