"""The demonstration's own files of facts."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "facts"


@cache
def facts(name: str) -> dict[str, Any]:
    """What ``facts/<name>.toml`` says. Read only."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
