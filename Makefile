.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
CHART  := charts/aup-operator
IMAGE  ?= aup-operator:dev
# What `make docs` and `make sync` write, and `make verify` compares.
GENERATED := docs/reference $(CHART)/README.md $(CHART)/files/kinds.yaml $(CHART)/files/rules.yaml $(CHART)/files/twins.yaml $(CHART)/files/records.yaml $(CHART)/files/dashboard.json $(CHART)/files/crds $(CHART)/files/presets

.PHONY: help init tools cluster cluster-down demo fmt lint type unit test bench docs sync verify lock image clean
help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

init: $(READY)  ## Make the virtual environment: locked dependencies and this project
$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	@echo "Installing the locked dependencies into $(VENV) (a minute or two the first time)"
	$(BIN)/pip install --quiet --require-hashes --requirement requirements/dev.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

tools: init  ## Find or build etcd, kube-apiserver, kubectl and helm (minutes the first time, then cached)
	@PYTHONPATH=tests $(BIN)/python -m support.controlplane tools

cluster: tools  ## Start a control plane to play with, print its kubeconfig and leave it running
	@PYTHONPATH=tests $(BIN)/python -m support.controlplane up --detach

cluster-down: init  ## Stop the control planes that `make cluster` left running
	@PYTHONPATH=tests $(BIN)/python -m support.controlplane down

demo: tools  ## Show refusal, budget, quarantine and release on a real API server
	@PYTHONPATH=tools:tests $(BIN)/python -m demo

fmt: init  ## Format and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet . ; $(BIN)/ruff format .

lint: init  ## Check style, formatting and import directions
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports --no-logo

type: init  ## Check types
	$(BIN)/mypy

unit: init  ## Run the tests that need no control plane (seconds)
	$(BIN)/pytest tests/unit tests/conformance -m "not cluster"

test: init tools  ## Set up what the tests need and run all of them, a file at a time on each core
	@PYTHONPATH=tests $(BIN)/python -m support.controlplane tools --tests
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

bench: init tools  ## Measure what the product costs, beside doing without it (ONLY=engine: seconds; ONLY=budget: what holds budgets; PEERS=1: beside other engines)
	@PYTHONPATH=tools:tests $(BIN)/python -m bench

docs: init  ## Regenerate the reference pages
	PYTHONPATH=tools $(BIN)/python -m docgen

sync:  ## Copy the CRDs and presets into the chart
	@rm -rf $(CHART)/files/crds $(CHART)/files/presets && mkdir -p $(CHART)/files/crds $(CHART)/files/presets
	@cp crds/*.yaml $(CHART)/files/crds && cp operator/aup/presets/*.yaml $(CHART)/files/presets

verify: docs sync  ## Fail if a generated page or a copied file is out of date
	@test -z "$$(git status --porcelain -- $(GENERATED))" || { git status --short -- $(GENERATED); git --no-pager diff -- $(GENERATED); echo "Out of date: run 'make docs sync' and commit the result"; exit 1; }

lock: init  ## Recompile the requirements (UPGRADE=--upgrade to move to newer releases)
	$(BIN)/uv pip compile --quiet $(UPGRADE) pyproject.toml --group dev --output-file requirements/dev.txt
	$(BIN)/uv pip compile --quiet --constraints requirements/dev.txt pyproject.toml --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --constraints requirements/dev.txt --group build --output-file requirements/build.txt

image:  ## Build the container image (needs a container engine)
	docker build --tag $(IMAGE) .

clean:  ## Remove the virtual environment and caches (not the built control plane)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
