"""Says by name what this machine lacks, with the command that brings it. Runs on the system's own Python."""

import importlib.util
import sys

if sys.version_info < (3, 11):
    sys.exit("Roundtable needs Python 3.11 or newer: apt-get install python3 (Debian 12 has 3.11)")
if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
    sys.exit("Roundtable needs Python's venv: apt-get install python3-venv")
