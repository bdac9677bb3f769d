# `make` lists the targets. Everything is made inside this folder: .venv/ and var/.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input install --quiet --no-deps --only-binary :all: --require-hashes

# A stamp carries the checksum of its lock file, so a changed lock installs anew and an unchanged one costs nothing.
stamp = .venv/installed-$(1)-$(firstword $(shell cksum < requirements/$(1).txt))
RUNTIME := $(call stamp,runtime)
TEST := $(call stamp,test)
LINT := $(call stamp,lint)
BENCH := $(call stamp,bench)

.DEFAULT_GOAL := help
.PHONY: help install demo test test-fast torture bench-answering bench-analysis bench-desk lint format lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' Makefile

install: $(LINT) ## Install everything for working on Barometer into .venv

demo: $(RUNTIME) ## Serve Barometer with six real waves on this computer
	@exec $(BIN)/python manage.py demo

test: $(TEST) ## Test everything: SQLite, PostgreSQL, Redis, Celery and a browser (ARGS='-k …' for a part)
	@exec $(BIN)/python -m tests.run $(ARGS)

test-fast: $(TEST) ## Test on SQLite alone, without servers and browser (ARGS='-k …' for a part)
	@exec $(BIN)/python -m pytest -q -n 2 -m "not browser and not servers and not postgres" $(ARGS)

torture: $(TEST) ## Test with the full numbers of attacks, accidents and crowds, and figures drawn anew (an hour)
	@exec env BAROMETER_FULL=1 $(BIN)/python -m tests.run tests/torture tests/results/analysis $(ARGS)

bench-answering: $(TEST) ## Time whole journeys by 1, 8 and 32 clients, beside django-survey-and-report
	@exec $(BIN)/python -m tests.benchmarks.answering $(ARGS)

bench-analysis: $(BENCH) ## Time tables of up to a million respondents beside NumPy, pandas and PostgreSQL
	@exec $(BIN)/python -m tests.benchmarks.analysis $(ARGS)

bench-desk: $(TEST) ## Time the wave desk and the search with a bank of 5,000 questions and 60 waves
	@exec $(BIN)/python -m tests.benchmarks.wave_desk

lint: $(LINT) ## Check style, types and migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(LINT) ## Put the code into the house style
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

lock: $(LINT) ## Lock the newest versions that requirements/*.in allow
	@for set in runtime test lint bench; do \
	  $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header \
	    --python-version 3.11 requirements/$$set.in --output-file requirements/$$set.txt || exit 1; \
	done

clean: ## Remove what was made, the demo's data included
	rm -rf .venv var

$(RUNTIME):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "Barometer needs Python 3.11; name it with make PYTHON=/path/to/python3.11.")'
	@echo "Installing what Barometer needs (once, under a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) -r requirements/runtime.txt
	@rm -f .venv/installed-runtime-* && touch $@

$(TEST): $(RUNTIME)
	@echo "Installing what the tests need (once, under a minute) …"
	@$(PIP) -r requirements/test.txt
	@rm -f .venv/installed-test-* && touch $@

$(BENCH): $(TEST)
	@echo "Installing what the benchmarks compare with (once) …"
	@$(PIP) -r requirements/bench.txt
	@rm -f .venv/installed-bench-* && touch $@

$(LINT): $(TEST)
	@echo "Installing what the checks of style and types need (once) …"
	@$(PIP) -r requirements/lint.txt
	@rm -f .venv/installed-lint-* && touch $@
