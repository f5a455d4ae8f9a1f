# Thin on purpose: every target is one line that calls build.py or a tool.

.NOTPARALLEL:
.DEFAULT_GOAL := bundle
.PHONY: bundle help setup setup-tests check test lint types conformance refound bench catalogue mutations pictures editor clean

BATCH  := B2025-01
PYTHON := $(shell command -v python3 || command -v python3.13 || command -v python3.12 || command -v python3.11 || echo python3)
RUN    := .venv/bin/python

bundle: setup  ## set up, build the package of BATCH (B2025-01), verify it; its path is the last line on stdout
	@package="$$($(RUN) build.py bundle --batch $(BATCH) $(ARGS))" && $(RUN) build.py verify "$$(printf '%s\n' "$$package" | tail -n 1)" >&2 && printf '%s\n' "$$package"

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup:  ## bring what building, verifying and signing need
	@$(PYTHON) tools/setup.py

setup-tests:  ## bring what the tests need, too
	@$(PYTHON) tools/setup.py --tests

check: setup  ## check all records
	@$(RUN) build.py check $(ARGS)

test: setup-tests  ## set up and run the tests; ARGS="-k word" runs some of them
	@$(RUN) -m pytest -q -n 2 $(ARGS)

lint: setup-tests  ## ruff
	@$(RUN) -m ruff check .

types: setup-tests  ## mypy --strict
	@$(RUN) -m mypy

conformance: setup-tests  ## validate the PDFs in output/ against PDF/A and PDF/UA; needs Java and Maven
	@$(RUN) tools/conformance.py output $(ARGS)

refound: setup  ## found the demonstration records anew; KEYS=FOLDER signs with the keys in it
	@$(RUN) tools/refound.py $(if $(KEYS),--keys $(KEYS))

bench: setup-tests  ## measure
	@$(RUN) tools/bench.py $(ARGS)

catalogue: setup-tests  ## write the reference pages about rules, records and messages
	@$(RUN) tools/catalogue.py

mutations: setup-tests  ## break every rule once, change 200 values, print what is noticed; ARGS=--all changes every value
	@$(RUN) tools/mutations.py $(ARGS)

pictures: setup-tests  ## make the pictures of the demonstration packages' pages
	@$(RUN) tools/pictures.py

editor: setup-tests  ## write the settings and schemas by which VS Code helps with records
	@$(RUN) tools/editor.py

clean:  ## remove what was generated: .build and output
	@rm -rf .build output
