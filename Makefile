# Thin: each target is one line of uv in the project's own .venv. PYTHON may be any 3.11 or later.
PYTHON ?= python3
UV := .venv/bin/uv
RUN := $(UV) run --no-sync
EXTRAS ?= all,pardiso

.PHONY: install demo test test-all test-other lint bench docs
install: .venv/.installed
.venv/.installed: pyproject.toml
	@test -x $(UV) || ($(PYTHON) -m venv .venv && .venv/bin/python -m pip install --quiet --upgrade uv)
	$(UV) pip install --quiet --python .venv/bin/python -e ".[$(EXTRAS)]" --group dev
	@touch $@

demo: install ## the whole pipeline on the bundled sample study
	$(RUN) ssbi demo -o ssbi-demo --overwrite

test: install ## the test suite, under 15 minutes on 2 cores
	$(RUN) pytest -n 2 --dist worksteal -m "not slow"

test-all: install ## everything, the long checks too
	$(RUN) pytest

# PySide6 6.12.0 loses a reference to None in every call that returns it, and Python 3.11 then ends.
test-other: install ## the plugin on the minor version of napari before, with the other Qt binding
	$(UV) venv --quiet --allow-existing --python .venv/bin/python .venv-other
	$(UV) pip install --quiet --python .venv-other/bin/python -e ".[pardiso]" "napari==0.8.*" "PySide6<6.12" --group test
	.venv-other/bin/python -m pytest tests/plugin -m "not slow"

lint: install ## style, types, layering, manifest
	$(RUN) ruff check . && $(RUN) ruff format --check . && $(RUN) pyright && $(RUN) lint-imports && $(RUN) npe2 validate napari_ssbi

bench: install ## every number in the README
	$(RUN) python -m benchmarks

docs: install ## the documentation site
	$(RUN) mkdocs build --strict
