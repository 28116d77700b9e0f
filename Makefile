# The two commands for a fresh machine: `make demo` and `make test`. Each sets everything up first.

# A Python that other users can read too: the pipe runs as a user of its own.
PYTHON := $(shell for p in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
SOURCES := smsdialog migrations tests bench docs/man/toml5.py bin/smsdialog bin/smsdialog-deliver bin/smsdialog.cgi

.PHONY: demo test check fix bench manuals catalogues deb clean

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

# `make bench` takes an hour; `make bench BENCH=quick` a few minutes, with figures that say less.
bench: $(READY)
	$(BIN)/python bench/all.py $(BENCH)

# The man page of the configuration is made of the sample.
manuals: $(READY)
	$(BIN)/python docs/man/toml5.py

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

# debhelper gives a build a home of its own; pip's settings are still the user's.
PIP_SETTINGS = $(firstword $(wildcard $(HOME)/.config/pip/pip.conf $(HOME)/.pip/pip.conf))

# The Debian package, by Debian's own tools (apt-get install build-essential debhelper python3-venv), in dist/.
deb:
	rm -rf build/deb
	mkdir -p build/deb/smsdialog dist
	tar -c --exclude='./.*' --exclude=./build --exclude=./dist --exclude=./tests --exclude=./bench \
		--exclude='__pycache__' --exclude='*.egg-info' . | tar -x -C build/deb/smsdialog
	cd build/deb/smsdialog && PIP_CONFIG_FILE="$(PIP_SETTINGS)" dpkg-buildpackage --build=binary --no-sign
	mv build/deb/*.deb dist/

clean:
	rm -rf $(VENV) build dist *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis
