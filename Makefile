# The portal's commands. `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
# Compiled files are kept even where the environment says otherwise: the suite starts Python many times, and each worker
# would need a quarter of a minute to compile the tests.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help demo soak bench test check check-types check-rest test-sqlite test-postgres lock messages clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/ready: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; say which with: make PYTHON=python3.11 …")'
	@echo "Gör i ordning miljön …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/ready-demo: requirements-demo.txt .venv/ready
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-demo.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt .venv/ready-demo
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: .venv/ready-demo  ## start the portal with a made-up municipality (PORT=8000 MAIL_PORT=4025 INBOX_PORT=4080)
	@$(BIN)/python manage.py translations
	@exec env DEMO=1 PYTHONUNBUFFERED=1 $(BIN)/python manage.py demo

test: .venv/ready-dev check test-sqlite test-postgres  ## every check and the whole suite, on SQLite and PostgreSQL
	@$(BIN)/python -m tests.summary

check: .venv/ready-dev  ## lint, types, import directions, migrations and translations
	@rm -rf test-reports && mkdir -p test-reports
	@$(MAKE) --no-print-directory -j 2 check-types check-rest

check-types:
	$(BIN)/mypy

check-rest:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py translations --check
	$(BIN)/python -m tests.migrated

test-sqlite: .venv/ready-dev  ## the suite on SQLite
	env -u DATABASE_URL $(BIN)/pytest -n 2 --dist loadgroup --junit-xml=test-reports/sqlite.xml

test-postgres: .venv/ready-dev  ## the suite on PostgreSQL, without tests that cannot differ there
	$(BIN)/python -m tests.postgres $(BIN)/pytest -n 2 --dist loadgroup -m "not browser or story" --junit-xml=test-reports/postgres.xml

soak: .venv/ready-dev  ## the long tests: a thousand years planned, killed senders, outages (SOAK=--quick for a tenth of the mails)
	$(BIN)/python -m tests.soak $(SOAK)

bench: .venv/ready-dev  ## measure, and write the tables in docs/bench.md (BENCH=mails for one part)
	$(BIN)/python -m tests.bench $(BENCH)

lock: .venv/ready-dev  ## lock the requirements with hashes
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --no-annotate --no-header -o requirements.txt
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --group demo --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --no-annotate --no-header -o requirements-demo.txt
	$(BIN)/uv pip compile -q pyproject.toml --upgrade --group dev --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --no-annotate --no-header -o requirements-dev.txt

messages: .venv/ready-dev  ## collect the interface's texts into locale/sv
	$(BIN)/python manage.py translations --update

clean:  ## remove the environment, the demo's data and what was compiled
	rm -rf .venv var test-reports test-results
	find . -name __pycache__ -prune -exec rm -rf {} +
