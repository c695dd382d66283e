# One command per check, the same for people and for CI. `make demo` and `make test` need only Python >= 3.11.
VENV ?= .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := $(shell command -v uv 2>/dev/null)
# pip and uv do the same here; uv is quicker.
ifdef UV
INSTALL = $(UV) pip install --quiet --python $(BIN)/python
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
PYTEST = $(BIN)/python -m pytest
# Two more than there are cores: tests wait for servers and processes a third of their time.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 2)')
EXTRAS ?= test,peers
# Tests with a real LiteLLM proxy are skipped where it is not installed.
PROXY ?= .venv-proxy/.installed-proxy

.PHONY: demo test test-lowest torture fuzz coverage format lint types docs notebooks bench all clean

demo: $(VENV)/.installed
	@$(BIN)/llamabot-images "a red panda reading a book under a lamp" --model offline/sketch

test: $(VENV)/.installed-test $(PROXY)
	$(PYTEST) -n $(WORKERS) --dist worksteal $(ARGS)

# The oldest versions that pyproject.toml admits.
test-lowest:
	$(MAKE) VENV=.venv-lowest EXTRAS=test PROXY= CONSTRAINTS="-c tests/lowest.txt" test

torture: $(VENV)/.installed-test
	TORTURE=1 $(PYTEST) -n $(WORKERS) $(ARGS)

# Seconds for each target; a crash is kept under .fuzz, `python -m tests.fuzz payload FILE` replays it.
SECONDS ?= 600
fuzz: $(VENV)/.installed-test
	for one in payload replies provenance; do \
		$(BIN)/python -m tests.fuzz $$one -max_total_time=$(SECONDS) || exit 1; done

coverage: $(VENV)/.installed-test
	$(PYTEST) -n auto --cov=llamabot_images --cov-branch --cov-report=term:skip-covered $(ARGS)

format: $(VENV)/.installed-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed-test
	$(BIN)/mypy

docs: $(VENV)/.installed-docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

notebooks: $(VENV)/.installed-test
	$(BIN)/python tests/run_notebooks.py notebooks

bench: $(VENV)/.installed-test
	$(BIN)/python -m benchmarks

all: lint types test docs notebooks

clean:
	rm -rf .venv .venv-lowest .venv-proxy site .pytest_cache .mypy_cache .ruff_cache .hypothesis .fuzz

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3" >&2; exit 1; }
ifdef UV
	@$(UV) venv --quiet --python $(PYTHON) $(VENV)
else
	@$(PYTHON) -m venv $(VENV)
endif

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@$(INSTALL) -e . $(CONSTRAINTS)
	@touch $@

$(VENV)/.installed-test: pyproject.toml $(wildcard tests/lowest.txt) | $(BIN)/python
	@$(INSTALL) -e '.[$(EXTRAS)]' $(CONSTRAINTS)
	@touch $@ $(VENV)/.installed

# A LiteLLM proxy of the same version, apart: it holds other packages back.
.venv-proxy/.installed-proxy: pyproject.toml | $(VENV)/.installed-test
	@$(MAKE) --no-print-directory VENV=.venv-proxy .venv-proxy/.installed \
		CONSTRAINTS="'litellm[proxy]==$$($(BIN)/python -c 'import importlib.metadata as m; print(m.version("litellm"))')'"
	@touch $@

$(VENV)/.installed-docs: pyproject.toml | $(BIN)/python
	@$(INSTALL) -e '.[docs]'
	@touch $@
