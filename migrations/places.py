"""The guards that keep ``event.places_held``: made by 0002, and made again whenever a migration rebuilds a table.

A place is held by a booking (booked, offered, requested) or by a lead for people without names yet
(``nomination.places``). A trigger on ``event`` refuses to raise the number above ``booking_limit``.
"""

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
UNNAMED = "UPDATE event SET places_held = places_held + ({}) WHERE id = {}.event_id;"
NOMINATIONS_SQLITE = (
    f"""CREATE TRIGGER nomination_places_insert AFTER INSERT ON nomination
    BEGIN {UNNAMED.format("NEW.places", "NEW")} END""",
    f"""CREATE TRIGGER nomination_places_update AFTER UPDATE OF places ON nomination
    BEGIN {UNNAMED.format("NEW.places - OLD.places", "NEW")} END""",
    f"""CREATE TRIGGER nomination_places_delete AFTER DELETE ON nomination
    BEGIN {UNNAMED.format("-OLD.places", "OLD")} END""",
)
NOMINATIONS_POSTGRESQL = (
    f"""CREATE FUNCTION count_unnamed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN {UNNAMED.format("NEW.places", "NEW")} END IF;
        IF TG_OP = 'UPDATE' THEN {UNNAMED.format("NEW.places - OLD.places", "NEW")} END IF;
        IF TG_OP = 'DELETE' THEN {UNNAMED.format("-OLD.places", "OLD")} END IF;
        RETURN NULL;
    END $$""",
    """CREATE TRIGGER nomination_places AFTER INSERT OR DELETE OR UPDATE OF places ON nomination
    FOR EACH ROW EXECUTE FUNCTION count_unnamed()""",
)
NAMES = {
    "sqlite": (
        "event_places_guard",
        "event_places_start",
        "booking_places_insert",
        "booking_places_delete",
        "booking_places_leave",
        "booking_places_enter",
    ),
    "postgresql": (
        ("event_places_guard", "event"),
        ("event_places_start", "event"),
        ("booking_places", "booking"),
    ),
}


def create_guards(bind, *, nominations=False):
    """Make the triggers; with ``nominations``, also those that count places without names."""
    lite = bind.dialect.name == "sqlite"
    statements = SQLITE if lite else POSTGRESQL
    if nominations:
        statements += NOMINATIONS_SQLITE if lite else NOMINATIONS_POSTGRESQL
    for statement in statements:
        bind.exec_driver_sql(statement)


def drop_guards(bind, *, nominations=False):
    """Take them away, as a table that is rebuilt would."""
    if bind.dialect.name == "sqlite":
        more = [f"nomination_places_{when}" for when in ("insert", "update", "delete")] if nominations else []
        for name in (*NAMES["sqlite"], *more):
            bind.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    if nominations:
        bind.exec_driver_sql("DROP TRIGGER nomination_places ON nomination")
        bind.exec_driver_sql("DROP FUNCTION count_unnamed()")
    for name, table in NAMES["postgresql"]:
        bind.exec_driver_sql(f"DROP TRIGGER {name} ON {table}")
    bind.exec_driver_sql("DROP FUNCTION count_places()")
    bind.exec_driver_sql("DROP FUNCTION refuse_places()")
