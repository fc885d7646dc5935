# The two commands are `make build` and `make test`; `make help` shows the rest. Windows has no make:
# docs/installing.md has the same steps as plain commands.
SOURCE ?= demo
TARGET ?= duckdb
DATA ?=
FULL_REFRESH ?=
PORT ?= 8501
OUT ?= report.html
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
BUILD_OPTIONS := --source $(SOURCE) --target $(TARGET) $(if $(DATA),--data "$(DATA)") \
	$(if $(FULL_REFRESH),--full-refresh)
PARSER := tests/tsql/parser
CHECKERS := tests/node
PIN := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --quiet --upgrade

.PHONY: build dashboard report test test-server lint deps requirements clean help
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 22
	@echo
	@echo "  make build SOURCE=extract DATA=path/to/folder      your own extract"
	@echo "  make build SOURCE=mimic   DATA=path/to/hosp        MIMIC-IV"
	@echo "  make build TARGET=sqlserver                        on SQL Server (docs/sql-server.md)"
	@echo "  make build FULL_REFRESH=1                          the large facts whole, after an upgrade"

build: $(VENV)/.installed $(VENV)/.installed-$(TARGET) ## Build the warehouse and the documentation
	@$(BIN)/python -m pipeline build $(BUILD_OPTIONS)

dashboard: $(VENV)/.installed-dashboard $(VENV)/.installed-$(TARGET) ## The dashboard in the browser, after a build; PORT=8501
	@$(BIN)/python -m dashboard serve --target $(TARGET) --port $(PORT)

report: $(VENV)/.installed-dashboard $(VENV)/.installed-$(TARGET) ## The dashboard as one HTML file, to mail or archive; OUT=report.html
	@$(BIN)/python -m dashboard report --target $(TARGET) --out "$(OUT)"

test: $(VENV)/.installed-dev $(VENV)-tsql/.installed $(CHECKERS)/node_modules/.installed ## Everything that proves it: lint, unit tests, dbt builds, T-SQL checks
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-server: $(VENV)/.installed-dev ## The same on the SQL Server that EMR_SQL_SERVER names: it writes there
	@EMR_TEST_SERVER=1 $(BIN)/python -m pytest tests/server

lint: $(VENV)/.installed-dev ## Ruff and sqlfluff
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/python -m pipeline deps > /dev/null
	@$(BIN)/python -m pipeline profile > /dev/null
	@EMR_WAREHOUSE=:memory: $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar models tests analyses
	@EMR_WAREHOUSE=:memory: $(BIN)/sqlfluff lint --disable-progress-bar --config .sqlfluff-mimic \
		models/staging/mimic

deps: $(VENV)/.installed ## The dbt package dbt_utils; DBT_PACKAGE_HUB_URL names an internal hub
	@$(BIN)/python -m pipeline deps

requirements: $(VENV)/.installed-dev ## Pin requirements*.txt anew from pyproject.toml
	@$(PIN) --all-extras -o requirements-dev.txt
	@$(PIN) --constraint requirements-dev.txt -o requirements.txt
	@$(PIN) --constraint requirements-dev.txt --extra sqlserver -o requirements-sqlserver.txt
	@$(PIN) --constraint requirements-dev.txt --extra fabric -o requirements-fabric.txt
	@$(PIN) --constraint requirements-dev.txt --extra dashboard -o requirements-dashboard.txt
	@$(BIN)/uv pip compile $(PARSER)/requirements.in --no-deps --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --generate-hashes --no-emit-index-url --no-header \
		--quiet --upgrade -o $(PARSER)/requirements.txt

clean: ## Remove what builds and tests wrote, but not the warehouse, which holds history
	@rm -rf $(VENV) $(VENV)-tsql $(CHECKERS)/node_modules target logs dbt_packages

# --- environment -------------------------------------------------------------------------------

# The first Python that fits, unless PYTHON names one.
$(VENV)/bin/python:
	@found=""; for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
		if "$$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
			> /dev/null 2>&1; then found="$$candidate"; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "No Python 3.11, 3.12 or 3.13 found: install one, or name it: make build PYTHON=/path/to/python3" >&2; \
		exit 2; \
	fi; \
	"$$found" -m venv $(VENV) || { \
		rm -rf $(VENV); \
		echo "$$found cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)." >&2; \
		exit 2; }

$(VENV)/.installed: requirements.txt $(VENV)/bin/python
	@echo "Installing packages (once)"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/.installed-duckdb: $(VENV)/.installed
	@touch $@

$(VENV)/.installed-sqlserver: requirements-sqlserver.txt $(VENV)/.installed
	@$(PIP) -r requirements-sqlserver.txt
	@touch $@

$(VENV)/.installed-fabric: requirements-fabric.txt $(VENV)/.installed
	@$(PIP) -r requirements-fabric.txt
	@touch $@

$(VENV)/.installed-dashboard: requirements-dashboard.txt $(VENV)/.installed
	@$(PIP) -r requirements-dashboard.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/bin/python
	@echo "Installing packages for the tests (once)"
	@$(PIP) -r requirements-dev.txt
	@touch $@

# Microsoft's T-SQL parser lives in an environment of its own, where it runs: Linux on x86-64 with
# CPython 3.11 or 3.12. Elsewhere its tests are skipped and say so.
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

# Microsoft's readers of TMDL and PBIR and axe, which judges accessibility, come from npm, which comes
# as a Python package and is told to trust whom the machine trusts.
$(CHECKERS)/node_modules/.installed: $(CHECKERS)/package-lock.json $(VENV)/.installed-dev
	@echo "Installing the checkers of Power BI projects and web pages (once)"
	@NODE_OPTIONS=--use-system-ca $(BIN)/npm ci --prefix $(CHECKERS) --ignore-scripts --no-audit --no-fund --silent
	@touch $@
