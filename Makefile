# `make build`, `make check` and `make test`; `make help` shows the rest. Windows has no make:
# docs/installing.md has the same steps as plain commands.
ifneq ($(strip $(MAKEFILE_LIST)),Makefile)
# Called from another folder (make -f): do the same in the project's own.
.DEFAULT_GOAL := build
%:
	@$(MAKE) --no-print-directory -C "$(dir $(lastword $(MAKEFILE_LIST)))" $@ \
		$(if $(DATA),DATA="$(abspath $(DATA))") $(if $(OUT),OUT="$(abspath $(OUT))")
else

SOURCE ?= demo
TARGET ?= duckdb
DATA ?=
FULL_REFRESH ?=
PORT ?= 8501
OUT ?= report.html
VENV := .venv
BIN := $(VENV)/bin
EMR := $(BIN)/python -m emr
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
BUILD_OPTIONS := --source "$(SOURCE)" --target "$(TARGET)" $(if $(DATA),--data "$(DATA)") \
	$(if $(FULL_REFRESH),--full-refresh)
PARSER := tests/tsql/parser
CHECKERS := tests/node
LOCKS := requirements
PIN := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --quiet
# Packages that mypy reads strictly.
TYPED := contract emr generator measures powerbi dashboard benchmarks

.PHONY: build dashboard report generate check test test-server lint types deps requirements clean help
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22
	@echo
	@echo "  make build SOURCE=extract DATA=path/to/folder      your own extract"
	@echo "  make build SOURCE=mimic   DATA=path/to/hosp        MIMIC-IV"
	@echo "  make build TARGET=sqlserver                        on SQL Server (docs/sql-server.md)"
	@echo "  make build FULL_REFRESH=1                          rebuild the large facts, after an upgrade"

build: $(VENV)/.installed $(VENV)/.installed-$(TARGET) ## Build the warehouse and the documentation
	@$(EMR) build $(BUILD_OPTIONS)

dashboard: $(VENV)/.installed-dashboard $(VENV)/.installed-$(TARGET) ## The dashboard in the browser, after a build; PORT=8501
	@$(EMR) dashboard --target "$(TARGET)" --port "$(PORT)"

report: $(VENV)/.installed-dashboard $(VENV)/.installed-$(TARGET) ## The dashboard as one HTML file, to e-mail or archive; OUT=report.html
	@$(EMR) report --target "$(TARGET)" --out "$(OUT)"

generate: $(VENV)/.installed-dev ## Rebuild the generated files, after a change to contract/, measures/ or models
	@$(EMR) generate

check: $(VENV)/.installed-dev ## Quick checks after each edit: under two minutes
	@$(BIN)/python -m emr.developer

test: $(VENV)/.installed-dev $(VENV)-tsql/.installed $(CHECKERS)/node_modules/.installed ## Run all tests
	@$(MAKE) --no-print-directory lint types
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-server: $(VENV)/.installed-dev ## Run the tests on the SQL Server in EMR_SQL_SERVER; they write to it
	@EMR_TEST_SERVER=1 $(BIN)/python -m pytest tests/server

lint: $(VENV)/.installed-dev ## Style checks (ruff and sqlfluff)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(EMR) deps > /dev/null
	@EMR_WAREHOUSE=:memory: $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests analyses
	@mkdir -p target; for folder in $(filter-out models/staging/emr/,$(wildcard models/staging/*/)); do \
		printf '[sqlfluff:templater:dbt:context]\nemr_source = %s\n' "$$(basename $$folder)" > target/.sqlfluff-source; \
		EMR_WAREHOUSE=:memory: $(BIN)/sqlfluff lint --disable-progress-bar --config target/.sqlfluff-source $$folder || exit 1; \
	done

types: $(VENV)/.installed-dev ## Type checks (mypy)
	@$(BIN)/mypy $(TYPED)

deps: $(VENV)/.installed ## Install the dbt package dbt_utils; DBT_PACKAGE_HUB_URL sets an internal hub
	@$(EMR) deps

requirements: $(VENV)/.installed-dev ## Pin requirements/ from pyproject.toml; UPGRADE=1 takes newer releases
	@$(PIN) $(if $(UPGRADE),--upgrade) --all-extras -o $(LOCKS)/dev.txt
	@$(PIN) --constraint $(LOCKS)/dev.txt -o $(LOCKS)/base.txt
	@$(PIN) --constraint $(LOCKS)/dev.txt --extra sqlserver -o $(LOCKS)/sqlserver.txt
	@$(PIN) --constraint $(LOCKS)/dev.txt --extra fabric -o $(LOCKS)/fabric.txt
	@$(PIN) --constraint $(LOCKS)/dev.txt --extra dashboard -o $(LOCKS)/dashboard.txt
	@$(BIN)/uv pip compile $(PARSER)/requirements.in --no-deps --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --generate-hashes --no-emit-index-url --no-header \
		--quiet $(if $(UPGRADE),--upgrade) -o $(PARSER)/requirements.txt

clean: ## Remove build and test files, but keep the warehouse, which holds history
	@rm -rf $(VENV) $(VENV)-tsql $(CHECKERS)/node_modules target logs dbt_packages

# --- environment -------------------------------------------------------------------------------

# The first Python that fits, unless PYTHON names one.
$(VENV)/bin/python:
	@found=""; for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
		if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
			> /dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 found: install one, or set its path: make build PYTHON=/path/to/python3" >&2; \
		exit 2; \
	fi; \
	"$$found" -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "$$found cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)." >&2; \
		exit 2; }

$(VENV)/.installed: $(LOCKS)/base.txt $(VENV)/bin/python
	@echo "Installing packages (once)"
	@$(PIP) -r $(LOCKS)/base.txt
	@$(call command)
	@touch $@

$(VENV)/.installed-duckdb: $(VENV)/.installed
	@touch $@

$(VENV)/.installed-sqlserver $(VENV)/.installed-fabric $(VENV)/.installed-dashboard: \
		$(VENV)/.installed-%: $(LOCKS)/%.txt $(VENV)/.installed
	@$(PIP) -r $<
	@touch $@

# Whatever else TARGET may be.
$(VENV)/.installed-%:
	@echo "TARGET=$* is not an engine: choose duckdb, sqlserver or fabric." >&2; exit 2

$(VENV)/.installed-dev: $(LOCKS)/dev.txt $(VENV)/bin/python
	@echo "Installing packages for the tests (once)"
	@$(PIP) -r $(LOCKS)/dev.txt
	@$(call command)
	@touch $@

# The command `emr` of this checkout: a script of two lines, with nothing to build or download.
define command
printf '#!%s\nimport sys; sys.path.insert(0, "%s"); from emr.cli import main; main(prog_name="emr")\n' \
	"$(CURDIR)/$(BIN)/python" "$(CURDIR)" > $(BIN)/emr && chmod +x $(BIN)/emr
endef

# Microsoft's T-SQL parser has its own environment and needs Linux on x86-64 with CPython 3.11 or 3.12.
# Elsewhere its tests are skipped, with a message.
$(VENV)-tsql/.installed: $(PARSER)/requirements.txt
	@found=""; for candidate in $(PYTHON) python3.12 python3.11 python3 python; do \
		if "$$candidate" -c 'import platform as p, sys; sys.exit((3, 11) > sys.version_info \
			or sys.version_info >= (3, 13) or (p.system(), p.machine()) != ("Linux", "x86_64"))' \
			> /dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	mkdir -p $(VENV)-tsql; \
	if [ -n "$$found" ]; then \
		echo "Installing Microsoft's T-SQL parser (once)"; \
		"$$found" -m venv $(VENV)-tsql \
			&& $(VENV)-tsql/bin/python -m pip --disable-pip-version-check install --quiet --no-deps \
				--require-hashes --only-binary :all: -r $(PARSER)/requirements.txt; \
	fi
	@touch $@

# Microsoft's readers of TMDL and PBIR, and axe for accessibility, come from npm. npm itself comes as a
# Python package and uses the machine's trusted certificates.
$(CHECKERS)/node_modules/.installed: $(CHECKERS)/package-lock.json $(VENV)/.installed-dev
	@echo "Installing the checkers of Power BI projects and web pages (once)"
	@NODE_OPTIONS=--use-system-ca $(BIN)/npm ci --prefix $(CHECKERS) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

endif
