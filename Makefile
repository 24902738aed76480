# Two commands set everything up: `make demo` and `make test`.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help env demo test test-full lint types imports unit bench bench-env calendar curated golden schema lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 14

env: $(READY) ## make the environment: pinned versions with hashes, byte-compiled

# The hashes guard what is downloaded; the project itself is installed in place, without looking for more.
$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r constraints.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q data signals backtest
	@touch $(READY)

demo: $(READY) ## run the quickstart on the simulated market, offline
	@$(BIN)/python -m compileall -q data signals backtest
	@$(BIN)/backtest demo

test: lint types imports unit ## everything that must hold

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

imports: $(READY) ## who may import whom
	$(BIN)/lint-imports

unit: $(READY) ## the tests
	@$(BIN)/python -m compileall -q data signals backtest
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -m "not full" -n auto

test-full: test ## the heavy laws too
	HYPOTHESIS_PROFILE=full $(BIN)/pytest -n auto

bench: $(READY) ## time everything beside its peers; writes benchmarks/README.md
	$(BIN)/python benchmarks/simulate.py > benchmarks/README.draft && mv benchmarks/README.draft benchmarks/README.md
	for each in study inference targets pages; do $(BIN)/python benchmarks/$$each.py; done

bench-env: .venv-bench/.ready ## make the environment of the peers that the benchmarks are set beside

.venv-bench/.ready: benchmarks/peers.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --require-hashes --no-deps -r benchmarks/peers.txt
	@touch .venv-bench/.ready

calendar: $(READY) ## write the shipped tables of sessions anew
	$(BIN)/python -c "from data.calendar import SHIPPED, refresh; [print(refresh(name)) for name in SHIPPED]"

curated: $(READY) ## write the curated events anew from the shared collection
	$(BIN)/python tools/curate.py ../shared/data/events

golden: $(READY) ## write the golden numbers of the configs anew: make golden REASON="why they change"
	$(BIN)/python tools/golden.py "$(REASON)"

schema: $(READY) ## write the JSON Schema of the config anew
	$(BIN)/backtest schema > configs/backtest.schema.json

lock: $(READY) ## resolve the pinned versions anew (needs uv)
	uv pip compile pyproject.toml --all-extras --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --quiet --output-file constraints.txt

clean: ## remove the environment and the caches of tools, never a run
	rm -rf .venv .venv-bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
