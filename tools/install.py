"""Install a hashed lock file into this virtual environment: with uv where it can be had, with pip otherwise."""

import os
import subprocess
import sys
from pathlib import Path

UV = "uv>=0.13,<1"


def done(*command: str) -> bool:
    """Run a command; True when it exits with 0."""
    return subprocess.run(command, check=False).returncode == 0


def main(lock: str) -> int:
    """Install every package of the lock; 0 when all are there."""
    python = sys.executable
    uv = str(Path(python).parent / "uv")
    pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check")
    wanted = os.environ.get("NO_UV") != "1"
    if (
        wanted
        and (Path(uv).exists() or done(*pip, UV))
        and done(uv, "pip", "install", "-q", "--python", python, "--require-hashes", "-r", lock)
    ):
        return 0
    return 0 if done(*pip, "--require-hashes", "-r", lock) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
