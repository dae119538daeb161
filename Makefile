# Overtake: `make brief` rebuilds everything, `make test` proves it, `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# The first Python from 3.11 on that is on PATH; set PYTHON to choose another.
PYTHON ?= $(firstword $(foreach p,python3 python3.13 python3.12 python3.11,\
  $(shell $(p) -c 'import sys; print("$(p)") if sys.version_info[:2] >= (3, 11) else None' 2>/dev/null)))
VENV := .venv
QUICK := alike balances balances_contract clean config edition kinds params_layout plans report_numbers reversal rulers show
FULL_DISK := tests/faults/test_executor.py::test_the_command_on_a_disk_that_really_takes_no_more
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
# Where a machine sets it, each of some hundred processes would compile every library anew, seconds each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help brief brief-quarto test test-fast test-long truth site coverage mutants check bench bench-pipeline bench-brief bench-peers audit lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.ready: requirements.txt pyproject.toml .ci/environment
	@if [ -z "$(PYTHON)" ]; then echo "make: no Python 3.11 or newer on PATH; install one, or run: make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@echo "making the environment in $(VENV) (a quarter of a minute to two)"
	@.ci/environment $(PYTHON) $(VENV) requirements.txt
	@touch $@

$(VENV)/.tested: requirements-test.txt $(VENV)/.ready
	@echo "adding to $(VENV) what tests and checks need"
	@.ci/environment $(PYTHON) $(VENV) requirements-test.txt
	@touch $@

brief: $(VENV)/.ready ## make the environment, run `dvc repro`, name the files to open
	@overtake doctor --mend
	@dvc repro
	@overtake outputs

brief-quarto: $(VENV)/.ready ## the executed brief through Quarto (HTML and docx), where quarto is on PATH
	@overtake quarto

# Four lanes on two cores (browser and processes wait much); what a lane said is told when it is through.
LANES := tests/unit tests/pipeline 'tests/browser tests/fuzz tests/truth' tests/faults
in_lanes = export OVERTAKE_BUILT=$$(mktemp -d); failed=0; printf '%s\n' $(LANES) \
	| xargs -P4 -I{} bash -c 'out=$$(mktemp); $(1) {} >"$$out" 2>&1; status=$$?; cat "$$out"; rm -f "$$out"; exit $$status' \
	|| failed=1; rm -rf "$$OVERTAKE_BUILT"

test: $(VENV)/.tested ## run all tests and the static checks
	@ruff check .
	@ruff format --check --quiet .
	@mypy
	@$(call in_lanes,pytest); exit $$failed

test-fast: $(VENV)/.tested ## the static checks and the quick tests: a developer's loop
	@ruff check .
	@mypy
	@pytest $(QUICK:%=tests/unit/test_%.py)

test-long: $(VENV)/.tested ## what takes too long for every change: the walk-through, every fault three times, every processor
	@OVERTAKE_LONG=1 OVERTAKE_PROCESSORS=all OVERTAKE_FAULT_ROUNDS=3 \
	  pytest tests/pipeline/test_sensitivity_doc.py tests/faults

truth: $(VENV)/.tested ## check every sentence on 300 random legal parameter sets (about 40 minutes)
	@python -m tests.truth --sets 300

coverage: $(VENV)/.tested ## run all tests and print the branch coverage of the package, stages and commands included
	@# Named in full: a fork of a stage in a project elsewhere would leave its counts there. And coverage's own file
	@# cannot be written where the disk is full, and it says so with a traceback.
	@export COVERAGE_FILE="$(CURDIR)/.coverage"; coverage erase; $(call in_lanes,coverage run -m pytest --deselect $(FULL_DISK)); \
	coverage combine --quiet; coverage report --fail-under=95 || failed=1; exit $$failed

check: $(VENV)/.tested ## lint and type-check only
	@ruff check .
	@mypy

mutants: $(VENV)/.tested ## which small changes of the code no unit test notices, of a thousand (mutmut; about half an hour)
	@bash tests/mutation/run.sh

bench: $(VENV)/.tested ## measure speed and memory against floors and peers, in one run
	@python -m tests.bench.bench

bench-pipeline: $(VENV)/.tested ## time `dvc repro` beside papermill, nbconvert and WeasyPrint by command (about half an hour)
	@python -m tests.bench.pipeline

bench-brief: $(VENV)/.tested ## CPU and memory of the brief's stage beside its figures alone and stock nbconvert
	@python -m tests.bench.brief --rounds 5

bench-peers: $(VENV)/.ready ## score statsforecast on the same tasks, in an environment of its own (.peers)
	@bash tests/bench/peers/run.sh

audit: $(VENV)/.ready ## bill of materials (sbom.json), the crate by its validator, known vulnerabilities of the pins (asks PyPI), in .audit
	@bash tests/audit/run.sh

site: $(VENV)/.tested ## docs/, README, the built reports and that of the edition as a site in site/
	@overtake edition-report
	@mkdocs build --quiet --clean

lock: ## write both requirements files, with hashes, from requirements.in and requirements-test.in (needs uv)
	@for name in requirements requirements-test; do \
	  uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url --no-header -q $$name.in -o $$name.txt; done

clean: ## remove outputs of the pipeline and caches, keep the environment
	@rm -rf data/processed/[!.]* reports/[!.]* .mypy_cache .pytest_cache .ruff_cache .dvc/cache .dvc/tmp
