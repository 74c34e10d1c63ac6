# Two commands matter: `make demo` and `make test`. Both work from a bare clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
LEADLINE_DEMO_HOME ?= $(CURDIR)/.demo

.PHONY: setup setup-test demo test lint bench mission docs lock clean

setup: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Leadline needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing Leadline into $(VENV) (about a minute, once) …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

setup-test: $(VENV)/.installed-test

$(VENV)/.installed-test: $(VENV)/.installed requirements-test.lock
	@echo "Installing the test tools …"
	@$(PIP) install --require-hashes -r requirements-test.lock
	@bash tests/install-chromium
	@touch $@

demo: setup
	@LEADLINE_HOME=$(LEADLINE_DEMO_HOME) $(BIN)/leadline demo

lint: setup-test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/leadline docs --check

test: lint
	@$(BIN)/pytest -n 2 --dist loadgroup

bench: setup-test
	@$(BIN)/python -m benchmarks

mission: setup-test
	@$(BIN)/python tests/mission.py

docs: setup
	@$(BIN)/leadline docs

lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --group build --group test -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-test.lock

clean:
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
