# `make demo` and `make test` work on a bare machine with Python 3.11 or later: they set up their own .venv.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-torch lint types bench docs clean

help:
	@echo "make demo    simulate a small data set, ingest it, ask it questions"
	@echo "make test    run every test, on SQLite and on PostgreSQL"
	@echo "make test-torch  install PyTorch and run the tests that need it"
	@echo "make lint    ruff and reuse: style, formatting, licence information"
	@echo "make types   mypy"
	@echo "make bench   benchmarks, as ratios against a baseline in the same run"
	@echo "make docs    rewrite docs/cli.md and docs/schema.md, and draw the pictures of docs/pictures.md"

$(VENV)/.user: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/.developer: $(VENV)/.user
	$(BIN)/pip install --quiet --editable '.[test,lint]'
	touch $@

setup: $(VENV)/.developer

demo: $(VENV)/.user
	$(BIN)/catalog demo

test: $(VENV)/.developer
	$(BIN)/python -m pytest -n auto

# Which build of it, for CPU or GPU, is up to pip's configuration; the tests need no GPU.
TORCH ?= torch==2.13.0

$(VENV)/.torch: $(VENV)/.developer
	$(BIN)/pip install --quiet '$(TORCH)'
	touch $@

test-torch: $(VENV)/.torch
	$(BIN)/python -m pytest tests/batches

lint: $(VENV)/.developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/reuse lint --quiet

types: $(VENV)/.developer
	$(BIN)/mypy

bench: $(VENV)/.developer
	$(BIN)/python -m benchmarks

docs: $(VENV)/.developer
	$(BIN)/python docs/render_cli.py
	$(BIN)/python docs/render_schema.py
	$(BIN)/python docs/render_pictures.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
