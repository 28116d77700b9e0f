# The two commands for a fresh machine: `make demo` and `make test`. Each sets everything up first.

# A Python that other users can read too: the pipe runs as a user of its own.
PYTHON := $(shell for p in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SOURCES := smsdialog migrations tests bench bin/smsdialog bin/smsdialog-deliver bin/smsdialog.cgi

.PHONY: demo test check fix bench catalogues clean

demo: $(READY)
	@$(BIN)/python bin/smsdialog demo

test: $(READY)
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(READY)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(READY)
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: $(READY)
	$(BIN)/python bench/startup.py
	$(BIN)/python bench/text.py
	$(BIN)/python bench/hostile_text.py
	$(BIN)/python bench/pipe.py
	$(BIN)/python bench/door.py
	$(BIN)/python bench/inbound.py
	$(BIN)/python bench/growth.py
	$(BIN)/python bench/web.py

# What is called with a text of ours: to translate it there, or where it is shown.
TEXTS := _ translate NotFound Conflict Forbidden SignInRefused TooManySignIns

# Gather the texts from the code, update every catalogue, and compile.
catalogues: $(READY)
	$(BIN)/pybabel -q extract -F pyproject.toml $(TEXTS:%=-k %) --no-wrap --no-location -o $(VENV)/smsdialog.pot smsdialog
	$(BIN)/pybabel -q update --no-wrap --no-fuzzy-matching -D smsdialog -i $(VENV)/smsdialog.pot -d smsdialog/locale
	$(BIN)/pybabel compile -D smsdialog -d smsdialog/locale

$(READY): setup.cfg pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with its venv module is needed (Debian: python3-venv)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[postgres,test]'
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
