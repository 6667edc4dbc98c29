# Storyfold: `make run` and `make demo` need CPython 3.11 or later and the package index, nothing else.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --no-deps
.DEFAULT_GOAL := help
.PHONY: help run demo test faults races fuzz-feeds unit check format lock
.PHONY: bench-folding bench-store bench-extraction bench-feeds bench-memory docker-check clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/runtime  ## set up, then run everything on this machine; feeds from FEEDS, feeds.opml, feeds.txt or the bundled newsroom
	@exec $(BIN)/storyfold run

demo: .venv/runtime  ## the whole pipeline over the bundled newsroom, then a table of its stories
	@exec $(BIN)/storyfold demo

test: .venv/dev check  ## checks, then every test, on SQLite and PostgreSQL, against a real queue (TEST_PROCESSES=)
	@$(BIN)/python -m pytest --numprocesses=$(or $(TEST_PROCESSES),2) --dist=worksteal

faults: .venv/dev  ## the long fault programme: kills, wipes, outages, full and read-only servers, double deliveries, crash schedules; prints the ledger (FAULT_LINKS=, FAULT_COUNT=, FAULT_SECONDS=)
	@STORYFOLD_FAULT_LINKS=$(or $(FAULT_LINKS),20000) STORYFOLD_FAULT_COUNT=$(or $(FAULT_COUNT),2000) \
	  STORYFOLD_FAULT_SECONDS=$(or $(FAULT_SECONDS),3600) STORYFOLD_FAULT_AWAY=$(or $(FAULT_AWAY),60) \
	  STORYFOLD_FAULT_SCHEDULES=$(or $(FAULT_SCHEDULES),10000) $(BIN)/python -m pytest -s tests/faults

races: .venv/dev  ## copies that race through many workers at once; prints the double stories (RACE_GROUPS=, RACE_ROUNDS=)
	@STORYFOLD_RACE_GROUPS=$(or $(RACE_GROUPS),250) STORYFOLD_RACE_ROUNDS=$(or $(RACE_ROUNDS),200) \
	  $(BIN)/python -m pytest -s tests/integration/test_races.py

fuzz-feeds: .venv/dev  ## five thousand damaged feeds, each within 5 s and 256 MB (FUZZ_SEED= for others than last time)
	@STORYFOLD_FUZZED_FEEDS=5000 STORYFOLD_FUZZ_SEED=$(or $(FUZZ_SEED),5) $(BIN)/python -m pytest --timeout=1800 tests/security/test_feed_fuzz.py

unit: .venv/dev  ## the tests that need no server
	@$(BIN)/python -m pytest tests/unit

check: .venv/dev  ## ruff and mypy
	@$(BIN)/ruff format --check --quiet . && $(BIN)/ruff check --quiet . && $(BIN)/mypy --no-error-summary

format: .venv/dev  ## format the code
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

docker-check: .venv/dev  ## check the compose file and the Dockerfile with the real Compose, its schema and hadolint
	@$(BIN)/docker-compose --file docker-compose.yml --profile demo config --quiet
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/hadolint Dockerfile

bench-folding: .venv/bench  ## folding against other near-duplicate finders, on the labelled corpora
	@$(BIN)/python -m bench.folding

bench-store: .venv/dev  ## what folding costs with the store, and the look-up at a million articles
	@$(BIN)/python -m bench.store_folding

bench-extraction: .venv/bench  ## extraction against other extractors, on the labelled corpora
	@$(BIN)/python -m bench.extraction

bench-memory: .venv/dev  ## two hours at full rate, memory by process: does any grow? (MINUTES=, FOLDER=)
	@$(BIN)/python -m bench.memory --minutes $(or $(MINUTES),120) $(if $(FOLDER),--folder $(FOLDER))

bench-feeds: .venv/bench  ## polling against a bare client and feedparser
	@$(BIN)/python -m bench.feeds

lock: .venv/dev  ## write requirements/*.txt anew from pyproject.toml
	@for set in runtime: dev:--extra=dev bench:"--extra=dev --extra=bench"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    $${set#*:} pyproject.toml --output-file requirements/$${set%%:*}.txt; done

clean:  ## remove what set-up and runs left in this folder
	rm -rf .venv .storyfold .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The lock files are complete, so pip needs to resolve nothing (--no-deps); every file's hash is checked.
.venv/runtime: requirements/runtime.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Storyfold needs CPython 3.11 or later; name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Setting up .venv ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements/runtime.txt
	@$(PIP) --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/runtime requirements/dev.txt
	@echo "Installing what the tests need ..."
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

.venv/bench: .venv/dev requirements/bench.txt
	@echo "Installing what the benchmarks compare with ..."
	@$(PIP) --require-hashes -r requirements/bench.txt
	@touch $@
