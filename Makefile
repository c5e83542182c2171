# Needs Python >= 3.11 and make. `make` alone lists what there is.
# Another interpreter: make PYTHON=python3.12 run

PYTHON  ?= python3
WORKERS ?= auto
ARGS    ?=

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/installed
# Relative on purpose: pip splits these variables at blanks, and a clone may lie in a folder with one.
# Both are set because older pips read the first for build requirements too, newer ones the second.
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
# Some machines forbid Python to keep what it compiled: then each of the hundreds of processes that the tests start
# compiles us anew, which takes a server two seconds.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet --quiet

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help run test slow all-tests lint format bench bench-learning screenshots clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

run: $(STAMP)-run  ## install, simulate a market, show what came out, and serve it until Ctrl-C
	@$(BIN)/qualify demo --serve $(ARGS)

test: $(STAMP)-test  ## install and run all fast tests (ARGS="-k words" for some of them)
	@$(BIN)/python -m pytest -n $(WORKERS) -m "not slow" $(ARGS)

slow: $(STAMP)-slow  ## the slow lane: Spark, real data, property tests with many more examples
	@$(BIN)/python -m pytest -n $(WORKERS) -m "slow or hypothesis" --hypothesis-profile=$(if $(CI),repeatable,thorough) $(ARGS)

all-tests: test slow  ## both lanes

lint: $(STAMP)-test  ## ruff, mypy --strict, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --cache-dir .cache/import-linter

format: $(STAMP)-test  ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMP)-test  ## the speed figures of docs/reference/speed.md, side by side in one run
	@$(BIN)/python -m bench $(ARGS)

bench-learning: $(STAMP)-test  ## how good what is learnt is, on the data sets beside the repository
	@$(BIN)/python -m bench.learning

screenshots: $(STAMP)-test  ## the pictures in docs/pictures, of a simulated market (needs Chromium and Node.js)
	@$(BIN)/python -m tests.browser.screenshots

clean:  ## remove the environment and every cache
	@rm -rf $(VENV) .cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment --------------------------------------------------------------------------------
# Three sizes, each a stamp that is newer than what it was made from. While something is being installed
# $(VENV)/unfinished exists; who finds it there finds the ruins of an interrupted run and starts anew.

define check_python
import sys
if sys.version_info < (3, 11):
    found = ".".join(map(str, sys.version_info[:3]))
    sys.exit("Qualify needs Python 3.11 or newer; '$(PYTHON)' is " + found + ".\n"
             "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)")
endef
export check_python

define create
	command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "There is no '$(PYTHON)' here. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; }; \
	$(PYTHON) -c "$$check_python" || exit 1; \
	echo "Creating the environment in $(VENV)"; \
	rm -rf $(VENV); mkdir $(VENV); touch $(VENV)/unfinished; \
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }; \
	rm $(VENV)/unfinished
endef

define install
	@if [ -e $(VENV)/unfinished ]; then echo "The last installation did not finish: starting anew."; $(create); fi
	@echo "Installing $(WHAT)"
	@touch $(VENV)/unfinished
	@$(PIP) install --editable "$(SIZE)"
	@rm $(VENV)/unfinished
	@touch $@ $(CONTAINS)
endef

$(BIN)/python:
	@$(create)

$(STAMP)-run: WHAT := Qualify (about a minute the first time)
$(STAMP)-run: SIZE := .
$(STAMP)-run: CONTAINS :=

$(STAMP)-test: WHAT := Qualify and what its tests need (about a minute the first time)
$(STAMP)-test: SIZE := .[dev,duplicates,postgres]
$(STAMP)-test: CONTAINS := $(STAMP)-run

$(STAMP)-slow: WHAT := Qualify, what its tests need, and Spark (a few minutes the first time)
$(STAMP)-slow: SIZE := .[dev,duplicates,postgres,spark]
$(STAMP)-slow: CONTAINS := $(STAMP)-run $(STAMP)-test

$(STAMP)-run $(STAMP)-test $(STAMP)-slow: $(BIN)/python pyproject.toml constraints.txt
	$(install)
