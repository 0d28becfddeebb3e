"""What this machine lacks: skipped with a reason and said at the end, or a failure where it is required."""

import os
from typing import NoReturn

import pytest

NOT_RUN: set[str] = set()


def missing(what: str, command: str, required_by: str) -> NoReturn:
    """Skip what needs something this machine lacks; fail when the environment says it is required."""
    if os.environ.get(required_by) == "1":
        pytest.fail(f"{what} is required here and is not installed: {command}")
    NOT_RUN.add(f"Not run: tests that need {what} ({command}).")
    pytest.skip(f"{what} is not installed here: {command}")
