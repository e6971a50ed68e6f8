# From nothing but make and Python 3.11, 3.12 or 3.13. Bare `make` lists the targets.
# Everything installed goes into .venv; removing that folder undoes it all.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/sh

VENV := .venv
PY := $(VENV)/bin/python
# PYTHON=/some/python chooses the interpreter that .venv is made from.
PYTHON ?=
# BROWSER=no leaves the browser tests out.
BROWSER ?= yes
# How many runners share the tests out, file by file; WORKERS=0 runs them all in one process.
WORKERS ?= 2
# Further arguments: make run ARGS="--server.port 8600", make test ARGS="-k gates".
ARGS ?=

.PHONY: help run cluster test lint types browser pythons bench load soak faults fuzz models format lock

help: ## List the targets
	@awk 'BEGIN { FS = ":[^#]*## " } /^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

run: $(VENV)/installed ## Open the dashboard (installs what it needs on first use)
	@$(PY) -m compileall -q -j 0 core dashboard
	$(PY) -m streamlit run dashboard/app.py $(ARGS)

cluster: $(VENV)/installed ## A Dask scheduler with two workers on this machine, to try sweeps on
	$(PY) -m core.scale start $(ARGS)

# Browser tests come after all others, alone: they wait for what a reader would see in seconds.
# A Chromium that cannot be had stops it here: a test that silently skips is worth nothing.
test: lint types browser ## Lint, formatting, types, then all tests (BROWSER=no: without the browser)
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup -m "not browser" $(ARGS)
ifneq ($(BROWSER),no)
	UNROLLED_BROWSER=required $(PY) -m pytest -m browser $(ARGS)
endif

lint: $(VENV)/installed-tests ## Check lint and formatting
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

types: $(VENV)/installed-tests ## Check types
	$(PY) -m mypy

browser: $(VENV)/installed-tests ## Find a Chromium for the browser tests, or install one
ifeq ($(BROWSER),no)
	@echo "Browser: left out, as BROWSER=no asks; the tests marked 'browser' will not run."
else
	@$(PY) -m tests.browser.chromium
endif

# Each in an environment of its own, which stays: a second time takes only the tests.
pythons: ## All tests but the browser's, on each supported Python that is here
	@set -e; for version in 3.11 3.12 3.13; do \
	  if command -v "python$$version" >/dev/null && "python$$version" -c 1 2>/dev/null; then \
	    $(MAKE) test PYTHON="python$$version" VENV=".venv-$$version" BROWSER=no; \
	  else echo "Python $$version is not here: not tried."; fi; done

bench: $(VENV)/installed-tests ## Measure speed beside Keras and PyTorch, and print the table
	$(PY) -m tests.benchmarks $(ARGS)

load: $(VENV)/installed-tests ## Twenty readers at once for ten minutes: waits and memory beside the floor
	$(PY) -m tests.endurance load $(ARGS)

soak: $(VENV)/installed-tests ## Ten thousand interactions over one server: what is left of them
	$(PY) -m tests.endurance soak $(ARGS)

faults: $(VENV)/installed-tests ## Kills and full disks by the hundred, too little memory: what became of runs
	$(PY) -m tests.endurance faults $(ARGS)

fuzz: $(VENV)/installed-tests ## Read 20,000 mutated model files, and count what happens
	$(PY) -m tests.fuzz $(ARGS)

models: $(VENV)/installed ## Train the models that ship with the project again
	$(PY) -m core.training.bundled $(ARGS)
	$(PY) -m core.training.makers
	$(PY) -m core.training.translators
ifeq ($(ARGS),)
	$(PY) -m core.training.context
endif
	$(PY) -m core.training.forecasters

format: $(VENV)/installed-tests ## Format the code and mend what lint can mend
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# UPGRADE=--upgrade takes the newest versions that the ranges allow; without it, pins stay.
# --universal: one lock for every system and Python that pyproject.toml names.
COMPILE = $(PY) -m uv pip compile --quiet --universal --python-version 3.11 \
	--custom-compile-command "make lock" $(UPGRADE)
lock: $(PY) ## Compile requirements.txt and tests/requirements.txt from pyproject.toml
	$(PY) -m pip install --quiet uv
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra test --constraint requirements.txt \
		--output-file tests/requirements.txt pyproject.toml

# A stamp is newer than its lock, or the lock has changed and is installed again.
# ensurepip: a .venv that was interrupted while it was made, or that uv made, has no pip.
$(VENV)/installed: requirements.txt $(PY)
	@echo "Installing requirements.txt into $(VENV): about 600 MB to fetch, a minute or a few."
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/installed-tests: tests/requirements.txt $(VENV)/installed
	@echo "Installing tests/requirements.txt into $(VENV)."
	@$(PY) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# The bare names come first: an active environment or pyenv decides before the system does.
# ensurepip is asked for because Debian and Ubuntu leave it out of python3.
SUITS := import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
$(PY):
	@for python in $(if $(PYTHON),"$(PYTHON)",python3 python python3.13 python3.12 python3.11); do \
	  if "$$python" -c '$(SUITS)' >/dev/null 2>&1; then \
	    echo "Making $(VENV) with $$("$$python" --version) ($$(command -v "$$python"))."; \
	    exec "$$python" -m venv --clear $(VENV); \
	  fi; \
	done; \
	echo "Unrolled needs Python 3.11, 3.12 or 3.13 with its venv module, and none was found."; \
	echo "Install one (Debian, Ubuntu: apt-get install python3-venv), or name it:" \
	  "make run PYTHON=/path/to/python3.12"; \
	exit 1
