# Everything the house is started, tested and checked with. `make help` says what each target does.
# Recipes quote every path: the folder may have spaces in its name.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
HOMES ?= 612
EMPTY ?=
DATA_DIR ?= .data
WORKERS ?= 2
SECONDS ?= 120
VENV := .venv
RUN := $(VENV)/bin/python
export PORT HOMES EMPTY DATA_DIR

.DEFAULT_GOAL := help
.PHONY: help run init backup restore secrets compose-check image-check test prove check contracts story fuzz bench
.PHONY: chaos life overload lock revision format psql clean

help: ## Say what each target does
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile
	@echo "  Variables: PORT=8000  EMPTY=1 (no sample: a real house)  HOMES=612 (size of the sample)  DATA_DIR=.data"

# One stamp per lock: pip runs only when the lock changed.
$(VENV)/run.stamp: requirements.lock
	@sh .ci/venv "$(PYTHON)" requirements.lock run.stamp

$(VENV)/dev.stamp: requirements-dev.lock requirements.lock
	@sh .ci/venv "$(PYTHON)" requirements-dev.lock dev.stamp

run: $(VENV)/run.stamp ## Start the house on http://127.0.0.1:PORT, with the sample compound unless EMPTY=1
	@exec "$(RUN)" -m gateway.cli run

init: $(VENV)/run.stamp ## Make the first administrator of a real house (one-time code)
	@exec "$(RUN)" -m gateway.cli init

backup: $(VENV)/run.stamp ## Database, keys and files into one archive: make backup FILE=house.tar
	@exec "$(RUN)" -m gateway.cli backup $(if $(FILE),"$(FILE)",)

restore: $(VENV)/run.stamp ## A house from an archive, into an empty folder: make restore FILE=house.tar DATA_DIR=...
	@exec "$(RUN)" -m gateway.cli restore $(if $(FILE),"$(FILE)",)

secrets: $(VENV)/run.stamp ## What docker-compose.yml gives each container: make secrets DIR=secrets [OWNER=10001] [FROM=.data/keys]
	@exec "$(RUN)" -m gateway.cli secrets "$(or $(DIR),secrets)" $(if $(OWNER),--owner "$(OWNER)") $(if $(FROM),--from "$(FROM)")

compose-check: $(VENV)/dev.stamp ## docker-compose.yml against its schema, and its very commands started by hand (a minute)
	@"$(RUN)" -m pytest -q -m "prove or not prove" tests/containers

image-check: $(VENV)/dev.stamp ## Build the image without an engine and play the stack from it (root, minutes): BASE=local makes its base here
	@BASE="$(BASE)" sh tests/containers/image.sh "$(CURDIR)/$(RUN)"

test: $(VENV)/dev.stamp ## The suite without what make check runs: private PostgreSQL, parallel, no network (under 3 minutes)
	@"$(RUN)" -m pytest -q -n $(WORKERS) --dist worksteal -m "not prove" --ignore tests/architecture --ignore tests/contract

prove: $(VENV)/dev.stamp ## The slower proofs: bad starts, state machines, contract fuzz in short form (under 15 minutes)
	@"$(RUN)" -m pytest -q -n $(WORKERS) --dist worksteal -m prove --ignore tests/containers/test_stack.py
	@"$(RUN)" -m pytest -q -m prove tests/containers/test_stack.py  # one stack, in the order of the file

check: $(VENV)/dev.stamp ## ruff, mypy --strict, alembic check, architecture tests, contract drift
	@"$(RUN)" -m ruff check .
	@"$(RUN)" -m ruff format --check .
	@"$(RUN)" -m mypy
	@"$(RUN)" -m migrations.check
	@"$(RUN)" -m pytest -q -n $(WORKERS) tests/architecture tests/contract

contracts: $(VENV)/dev.stamp ## Write gateway/contracts anew from the rooms
	@"$(RUN)" -m tests.contract.contracts

story: $(VENV)/dev.stamp ## Play the scenes of the story over HTTP, against PORT or a server of its own
	@"$(RUN)" -m tests.journeys.story

fuzz: $(VENV)/dev.stamp ## schemathesis over the whole document, 100 examples an operation
	@FUZZ_EXAMPLES=100 "$(RUN)" -m pytest -q -m prove tests/fuzz

chaos: $(VENV)/dev.stamp ## Kill and stop the processes of a house while clients write, and judge: SECONDS=120 SEED=7 TOGETHER=1
	@"$(RUN)" -m tests.chaos.run --seconds "$(SECONDS)" $(if $(SEED),--seed "$(SEED)",) $(if $(TOGETHER),--together,)

life: $(VENV)/dev.stamp ## Whole lives of elections against their models, 200 of each kind (half an hour)
	@LIVES=200 "$(RUN)" -m pytest -q -n $(WORKERS) --dist worksteal -m prove tests/election/life

overload: $(VENV)/dev.stamp ## Ask 2, 5 and 10 times what the house can do; ends with one line of JSON
	@"$(RUN)" -m bench.overload

bench: $(VENV)/dev.stamp ## Measure: make bench WHAT=gateway|tokens|tickets|roll|start|printing|keying|election|all (bench/README.md)
	@for what in $(if $(filter all,$(WHAT)),gateway tokens tickets roll start printing keying election,$(or $(WHAT),gateway)); do \
		echo "== $$what"; "$(RUN)" -m "bench.$$what" || exit 1; done

lock: ## Write both locks anew from the .in files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements.in -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements-dev.in -o requirements-dev.lock

revision: $(VENV)/dev.stamp ## Write a migration from the tables: make revision ROOM=ticket WHAT="add a column"
	@"$(RUN)" -m migrations.check --write $(ROOM) "$(WHAT)"

format: $(VENV)/dev.stamp ## Format the code
	@"$(RUN)" -m ruff check --fix .
	@"$(RUN)" -m ruff format .

psql: $(VENV)/run.stamp ## A psql session in the running house
	@exec "$(RUN)" -m gateway.cli psql

clean: ## Remove .venv and caches; the data in DATA_DIR stays
	rm -rf "$(VENV)" .mypy_cache .ruff_cache .pytest_cache .hypothesis .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
