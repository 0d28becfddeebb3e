"""A process that starts workers quickly: it loads the app once and forks, so that they may be killed by the dozen.

It reads a line, forks a child that runs ``flask work`` with the arguments it was given, and answers with the
child's process id; it ends when its input does.
"""

import os
import signal
import sys

from flask.cli import ScriptInfo

from app import create_app
from app.cli.work import commands


def main() -> None:
    """Fork a worker for each line."""
    app = create_app()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are reaped by the kernel
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            commands.main(args=sys.argv[1:], prog_name="flask work", obj=ScriptInfo(create_app=lambda: app))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
