"""The web server: for ``make run`` and for production alike. The environment may say BIND and WEB_CONCURRENCY.

Few connections per worker: with the default of a thousand, browsers that keep theirs open pile up on one worker
while the other has nothing to do.
"""

import gc
import os
from importlib import import_module
from pathlib import Path
from typing import Any

bind = os.environ.get("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 2)
threads = 4
worker_connections = 16
max_requests = 20_000
max_requests_jitter = 2_000
graceful_timeout = 10  # seconds for what is under way when the server is told to stop
preload_app = True
control_socket_disable = True
if Path("/dev/shm").is_dir():
    worker_tmp_dir = "/dev/shm"


# What is loaded before the workers are made stays in memory they share, as long as nothing writes to it: so the
# collector does not run meanwhile, and later leaves all of that alone.
gc.disable()


def when_ready(_server: Any) -> None:
    """Load what the first booking would otherwise load while it holds the write lock, then share it all."""
    import_module("icalendar")
    from app.clock import now
    from app.working_days import bank_holidays

    for year in (now().year, now().year + 1):
        bank_holidays(year)
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """Give each worker database connections of its own."""
    gc.enable()
    from app.db import db
    from wsgi import app

    with app.app_context():
        db.engine.dispose(close=False)
