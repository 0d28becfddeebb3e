"""The bare things to compare with: a Flask page of 200 rows from SQLite through Jinja, and a constant page of 20 kB."""

import os
import sqlite3

from flask import Flask, render_template_string

ROWS = """<!doctype html><html lang="en"><title>Rows</title><ul>{% for id, title, at, left in rows %}
<li><a href="/events/{{ id }}">{{ title }}</a><p>{{ at }}</p><p>{{ left }} places left</p><p>Virtual, level 3</p></li>
{% endfor %}</ul></html>"""
CONSTANT = "<!doctype html><title>Constant</title>" + "x" * 20_000

app = Flask(__name__)
PATH = os.environ["ANCHOR_DATABASE"]


def fill() -> None:
    """200 rows."""
    with sqlite3.connect(PATH) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS event (id INTEGER PRIMARY KEY, title, at, left)")
        if not connection.execute("SELECT count(*) FROM event").fetchone()[0]:
            rows = [
                (f"Working together to safeguard children {n}", f"2027-01-{n % 28 + 1:02d} 09:30", n % 20)
                for n in range(200)
            ]
            connection.executemany("INSERT INTO event (title, at, left) VALUES (?, ?, ?)", rows)


fill()


@app.get("/rows")
def rows() -> str:
    """The bare listing."""
    connection = sqlite3.connect(PATH)
    try:
        found = connection.execute("SELECT id, title, at, left FROM event ORDER BY at").fetchall()
    finally:
        connection.close()
    return render_template_string(ROWS, rows=found)


@app.get("/constant")
def constant() -> str:
    """The bare constant page."""
    return CONSTANT
