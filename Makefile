.DEFAULT_GOAL := help
.PHONY: help run test check bench requirements messages

CATALOGUES := da hu lv et pt_BR
COMPILE := pip compile --quiet --universal --generate-hashes --python-version 3.12 $(UPGRADE)

help:
	@echo "make run           serve on http://127.0.0.1:8000 (HOST and PORT override), doing all set-up"
	@echo "make test          run all tests, on SQLite and, where one answers, on PostgreSQL"
	@echo "make check         lint, types, layers, templates, migrations, catalogues, production settings"
	@echo "make bench         how fast a policy page is, beside what it could be"
	@echo "make messages      bring the message catalogues up to date (needs gettext)"
	@echo "make requirements  pin what pyproject.toml asks for (UPGRADE=--upgrade: the newest of each)"

run:
	@bin/environment requirements.txt
	@bin/run

test:
	@bin/environment requirements-dev.txt
	@bin/test

check:
	@bin/environment requirements-dev.txt
	@bin/check

bench:
	@bin/environment requirements-dev.txt
	@.venv/bin/python -m tests.benchmarks

messages:
	@bin/environment requirements-dev.txt
	@bin/development manage.py makemessages $(CATALOGUES:%=--locale=%) --no-wrap --no-obsolete --add-location=file --ignore=tests --ignore=var

requirements:
	@uv=$$(bin/find-uv) || { echo "Trust center: uv is needed. Install it with: pip install uv" >&2; exit 1; }; \
	$$uv $(COMPILE) pyproject.toml -o requirements.txt && \
	$$uv $(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@! grep -n "://" requirements.txt requirements-dev.txt
