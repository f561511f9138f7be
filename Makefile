# Every target installs what it needs first; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PY := .venv/bin/python
STAMPS := .stamps

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMPS)/system: deploy/system-packages.sh
	@mkdir -p $(STAMPS) && bash deploy/system-packages.sh run && touch $@

$(STAMPS)/system-tests: deploy/system-packages.sh
	@mkdir -p $(STAMPS) && bash deploy/system-packages.sh run tests bench && touch $@

$(STAMPS)/system-rabbitmq: deploy/system-packages.sh
	@mkdir -p $(STAMPS) && bash deploy/system-packages.sh rabbitmq && touch $@

$(STAMPS)/venv: $(STAMPS)/system requirements/build.txt requirements/dev.txt pyproject.toml
	@bash deploy/python-packages.sh dev && touch $@

ASSETS := $(shell find service/web/assets service/web/templates -type f -not -path '*/node_modules/*' 2>/dev/null)
$(STAMPS)/assets: $(STAMPS)/venv $(ASSETS)
	@bash deploy/build-assets.sh && touch $@

$(STAMPS)/judges: $(STAMPS)/venv deploy/npm.sh tests/support/icaljs/package-lock.json
	@bash deploy/npm.sh tests/support/icaljs ci --loglevel=error --silent && touch $@

install: $(STAMPS)/venv $(STAMPS)/assets ## Install everything the service needs

demo: install ## Play the whole life of a webinar and an exhibition, then keep serving the site
	@acara demo $(DEMO_ARGS)

run: install ## Serve an empty installation for real use
	@acara migrate && acara serve

test: install $(STAMPS)/system-tests $(STAMPS)/judges ## Run every test at a size that fits half an hour
	@$(PY) -m pytest -n $${ACARA_TEST_PROCESSES:-3} --dist worksteal $(TEST_ARGS)

soak: install $(STAMPS)/system-tests $(STAMPS)/system-rabbitmq $(STAMPS)/judges ## Run the same tests at full size
	@ACARA_TEST_SIZE=full $(PY) -m pytest -n $${ACARA_TEST_PROCESSES:-2} --timeout 7200 $(TEST_ARGS)

bench: install $(STAMPS)/system-tests $(STAMPS)/system-rabbitmq ## Measure against the baselines and print the ratios
	@$(PY) -m tests.bench

check: $(STAMPS)/venv ## Format, lint, types and import contracts
	@ruff format --check . && ruff check . && lint-imports
	@$(MAKE) --no-print-directory --output-sync --jobs 2 mypy basedpyright

mypy basedpyright: $(STAMPS)/venv
	@$@

format: $(STAMPS)/venv ## Put the code into its form
	@ruff format . && ruff check --fix .

cluster: install $(STAMPS)/system-tests ## Start PostgreSQL, Valkey, 2 web and 2 worker processes on this machine
	@$(PY) -m tests.cluster --broker $(or $(BROKER),valkey)

screenshots: install $(STAMPS)/system-tests ## Remake the pictures of the guide and of the README
	@$(PY) -m tests.screenshots && $(PY) -m tests.guide_pictures && $(PY) -m tests.contact_sheet

lock: $(STAMPS)/venv ## Write the lock files anew
	@bash deploy/lock.sh

clean: ## Remove everything that the other targets made
	@rm -rf .venv $(STAMPS) var service/web/static service/web/assets/node_modules tests/support/icaljs/node_modules

.PHONY: help install demo run test soak bench check format cluster screenshots lock clean mypy basedpyright
