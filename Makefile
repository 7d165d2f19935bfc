# Every target prepares .venv by itself; a second run finds it ready. `make help` lists them.

.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh

# The Python that prepares .venv; too old a one looks for a newer by itself.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	if $$python -c "" 2>/dev/null; then echo $$python; exit; fi; done; echo python3)
VENV := .venv/bin/
RUN := $(VENV)python -m

# Every program here begins by importing Django and Wagtail, which takes twice as long where nothing is kept compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{ printf "%-15s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## prepare .venv with the locked dependencies
	@command -v $(PYTHON) >/dev/null || { echo "Broadsheet needs Python 3.11 or newer, and no $(PYTHON) is on PATH. Install it (on Debian and Ubuntu: apt-get install python3)." >&2; exit 1; }
	@$(PYTHON) tools/setup.py

.PHONY: demo
demo: setup ## serve an invented town's paper on 127.0.0.1:8000 (PORT=8001; RESET=1 starts over)
	@$(RUN) broadsheet demo $(if $(PORT),--port $(PORT)) $(if $(RESET),--reset)

SUITE = $(RUN) tools.suite $(if $(DB),--db $(DB)) $(if $(COVERAGE),--coverage)

.PHONY: test
test: setup ## run the tests on SQLite and on PostgreSQL (ARGS="-k receipt": these, on SQLite; DB=postgres, DB=all)
	@$(SUITE) test $(ARGS)

.PHONY: test-fast
test-fast: setup ## run the tests that are quick: no browser, no program started, no complete list or export; on SQLite
	@$(SUITE) fast $(ARGS)

.PHONY: soak
soak: setup ## run the campaigns in full, on both databases; what has passed is not repeated (ONLY=column, DB=sqlite)
	@$(SUITE) $(if $(ONLY),--only $(ONLY)) soak

.PHONY: bench
bench: setup ## measure the figures that the README names (ONLY=name for one; AGAINST=revision: compare unbaked pages)
	@$(RUN) $(if $(AGAINST),bench.against $(AGAINST),bench $(ONLY))

.PHONY: check
check: setup ## style, types, import contracts, templates, migrations, licences, generated docs
	@$(RUN) tools.checks

.PHONY: tidy
tidy: setup ## put the code and the templates into the form that check asks for
	@$(RUN) ruff check --fix --quiet . ; $(RUN) ruff format --quiet .
	@$(RUN) tools.templates --write

LOCK := PATH="$(CURDIR)/.venv/bin:$$PATH" uv pip compile pyproject.toml --group build --all-extras --universal \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet

.PHONY: messages
messages: setup ## bring the message catalogues up to date, and name what is not translated
	@$(RUN) tools.messages

.PHONY: lock
lock: setup ## resolve the dependencies anew into requirements.lock and requirements-dev.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) -o requirements.lock
	@$(LOCK) $(if $(UPGRADE),--upgrade) --group dev --constraints requirements.lock -o requirements-dev.lock
