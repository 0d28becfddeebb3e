"""places held: kept by the database, and never raised above the limit

``event.places_held`` counts the bookings that hold a place (booked, offered, requested). Triggers on ``booking``
keep it; a trigger on ``event`` refuses to raise it above ``booking_limit``, whoever asks. Lowering the limit
below it is allowed: nobody loses a place. On SQLite a later migration that rebuilds ``booking`` or ``event``
drops these triggers and must create them again (a test looks).
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

HELD = "('booked', 'offered', 'requested')"
REFUSAL = "no place is free on this event"
ADD = "UPDATE event SET places_held = places_held + 1 WHERE id = NEW.event_id;"
TAKE = "UPDATE event SET places_held = places_held - 1 WHERE id = OLD.event_id;"
MOVED = f"((OLD.state IN {HELD}) <> (NEW.state IN {HELD}) OR OLD.event_id <> NEW.event_id)"

SQLITE = (
    f"""CREATE TRIGGER event_places_guard BEFORE UPDATE OF places_held ON event
    WHEN NEW.places_held > OLD.places_held AND NEW.places_held > NEW.booking_limit
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"""CREATE TRIGGER event_places_start BEFORE INSERT ON event WHEN NEW.places_held <> 0
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END""",
    f"CREATE TRIGGER booking_places_insert AFTER INSERT ON booking WHEN NEW.state IN {HELD} BEGIN {ADD} END",
    f"CREATE TRIGGER booking_places_delete AFTER DELETE ON booking WHEN OLD.state IN {HELD} BEGIN {TAKE} END",
    f"""CREATE TRIGGER booking_places_leave AFTER UPDATE OF state, event_id ON booking
    WHEN OLD.state IN {HELD} AND {MOVED} BEGIN {TAKE} END""",
    f"""CREATE TRIGGER booking_places_enter AFTER UPDATE OF state, event_id ON booking
    WHEN NEW.state IN {HELD} AND {MOVED} BEGIN {ADD} END""",
)
POSTGRESQL = (
    f"""CREATE FUNCTION refuse_places() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'check_violation'; END $$""",
    f"""CREATE FUNCTION count_places() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP <> 'INSERT' AND OLD.state IN {HELD} AND (TG_OP = 'DELETE' OR {MOVED}) THEN {TAKE} END IF;
        IF TG_OP <> 'DELETE' AND NEW.state IN {HELD} AND (TG_OP = 'INSERT' OR {MOVED}) THEN {ADD} END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER event_places_guard BEFORE UPDATE ON event FOR EACH ROW
    WHEN (NEW.places_held > OLD.places_held AND NEW.places_held > NEW.booking_limit)
    EXECUTE FUNCTION refuse_places()""",
    """CREATE TRIGGER event_places_start BEFORE INSERT ON event FOR EACH ROW
    WHEN (NEW.places_held <> 0) EXECUTE FUNCTION refuse_places()""",
    """CREATE TRIGGER booking_places AFTER INSERT OR DELETE OR UPDATE OF state, event_id ON booking
    FOR EACH ROW EXECUTE FUNCTION count_places()""",
)


def upgrade():
    for statement in SQLITE if op.get_bind().dialect.name == "sqlite" else POSTGRESQL:
        op.get_bind().exec_driver_sql(statement)


def downgrade():
    if op.get_bind().dialect.name == "sqlite":
        for name in (
            "event_places_guard",
            "event_places_start",
            "booking_places_insert",
            "booking_places_delete",
            "booking_places_leave",
            "booking_places_enter",
        ):
            op.execute(f"DROP TRIGGER {name}")
        return
    op.execute("DROP TRIGGER booking_places ON booking")
    op.execute("DROP TRIGGER event_places_start ON event")
    op.execute("DROP TRIGGER event_places_guard ON event")
    op.execute("DROP FUNCTION count_places()")
    op.execute("DROP FUNCTION refuse_places()")
