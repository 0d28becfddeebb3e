"""mypy over the whole app, strict on the pure files (rules, statistics, figures ...)."""

import subprocess
import sys
from pathlib import Path

PURE = {"rules.py", "statistics.py", "figures.py", "definitions.py", "sums.py", "calendar.py", "clock.py"}

files = [str(path) for path in sorted(Path("app").rglob("*.py")) if path.name in PURE]
whole = subprocess.run([sys.executable, "-m", "mypy", "app"], check=False).returncode
strict = subprocess.run([sys.executable, "-m", "mypy", "--strict", *files], check=False).returncode
sys.exit(whole or strict)
