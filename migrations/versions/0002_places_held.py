"""places held: kept by the database, and never raised above the limit

``event.places_held`` counts the bookings that hold a place (booked, offered, requested). Triggers on ``booking``
keep it; a trigger on ``event`` refuses to raise it above ``booking_limit``, whoever asks. Lowering the limit
below it is allowed: nobody loses a place. On SQLite a later migration that rebuilds ``booking`` or ``event``
drops these triggers and must create them again (a test looks).
"""

from alembic import op

from migrations.places import create_guards, drop_guards

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    create_guards(op.get_bind())


def downgrade():
    drop_guards(op.get_bind())
