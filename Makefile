# Two commands: `make run` and `make test`. Everything else is for those who work on Roundtable.
PY   ?= python3
PORT ?= 8000
BIN  := .venv/bin
INSTALL = $(BIN)/python tools/install.py

.PHONY: run test check bench lock
run: .venv/.run
	@$(BIN)/python tools/run.py --port $(PORT)

test: .venv/.test
	@$(BIN)/python -m pytest -n auto --dist loadfile tests

check: .venv/.test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python tools/check_types.py
	@$(BIN)/python -m pytest tests/test_architecture.py

bench: .venv/.test
	@$(BIN)/python -m tests.bench

lock: .venv/.test
	@$(BIN)/uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -q --extra dev pyproject.toml -o requirements-dev.lock

.venv/bin/python:
	@$(PY) tools/need.py
	@echo "Making the virtual environment …"
	@$(PY) -m venv .venv

.venv/.run: .venv/bin/python requirements.lock
	@echo "Installing the locked packages …"
	@$(INSTALL) requirements.lock && touch $@

.venv/.test: .venv/bin/python requirements-dev.lock
	@echo "Installing the locked packages for tests …"
	@$(INSTALL) requirements-dev.lock && touch .venv/.run $@
