# `make run` starts the product, `make test` tests it, `make help` lists the other targets.
# Requires GNU make and Python 3.11 or newer: .ci/venv finds it and installs into .venv.

PY := .venv/bin/python
UV := $(PY) -m uv
ADDRESS ?= 127.0.0.1:8000
# The minimal settings of production; .venv/check.sqlite3 keeps the checks away from real data.
PRODUCTION := env TZ=UTC DEBUG=false ALLOWED_HOSTS=classes.example.org \
	CSRF_TRUSTED_ORIGINS=https://classes.example.org SECURE_SSL_REDIRECT=true \
	EMAIL_FROM=studio@example.org \
	DATABASE_URL=sqlite:///.venv/check.sqlite3
# More processes than cores, as tests often wait for processes or a browser.
AT_ONCE ?= 4
# Work stealing, as the last quarter of the tests is slow and would start on one process.
SPREAD = -n $(AT_ONCE) --dist=worksteal
# A test that hangs fails with its traceback.
HANGS = -o faulthandler_timeout=300 -o faulthandler_exit_on_timeout=true

# The seed of the examples in long tests, which changes daily.
ifndef SEED
SEED := $(shell date -u +%Y%m%d)
endif

# The suite starts hundreds of processes, which should share compiled bytecode.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all screenshots check soak soak-slice servers image bench lock \
	versions audit venv venv-dev

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 13

run: export DEBUG := true
run: venv ## set everything up, generate the classes of a demo studio, and serve on 127.0.0.1:8000
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_demo
	@$(GENERATE)
	@$(PY) manage.py load_demo --substitute
	@$(PY) manage.py ensure_admin
	@.ci/serve $(ADDRESS)

demo: export DEBUG := true
demo: venv ## the same without the server
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py load_demo
	@$(PY) manage.py ensure_admin
	@$(GENERATE)
	@$(PY) manage.py load_demo --substitute
	@$(PY) manage.py shell --no-imports -c "from scheduling.models import ScheduledClass as C; \
		print(C.objects.count(), 'classes are in the calendar. To see them: make run')"

# Ignores the statuses 3 (some schedules are invalid) and 4 (another run is active).
GENERATE = $(PY) manage.py generate_classes || { s=$$?; [ $$s = 3 ] || [ $$s = 4 ] || exit $$s; }

# Tests marked with one_database run only on that database.
HERE := (not one_database or one_database(name='$$db'))
test: ONCE := and $(HERE)
test: ## the whole suite, on SQLite and on PostgreSQL
test-all: ## the whole suite, with every test on both databases, which takes 50 % longer
test test-all: venv-dev
	@# Without these programs, their tests are skipped, or fail if CI is set.
	@.ci/browser || echo "make: the tests in a browser cannot run." >&2
	@.ci/package cron crontab cron || echo "make: the test of the cron daemon cannot run." >&2
	@.ci/package pgbouncer pgbouncer || echo "make: the tests behind PgBouncer cannot run." >&2
	@.ci/package systemd systemd-analyze || echo "make: the test of the systemd units cannot run." >&2
	@failed=""; \
	for db in sqlite postgresql; do \
		echo "== $$db"; \
		$(PY) -m pytest -q $(SPREAD) $(HANGS) --db=$$db -m "not soak and not servers $(ONCE)" || failed="$$failed $$db"; \
	done; \
	[ -z "$$failed" ] || { echo "make $@: failed on:$$failed" >&2; exit 1; }

soak: venv-dev ## the long tests: mass kills, deep fuzzing, a studio under load
	@.ci/package iproute2 ip || echo "make: the test of two hosts cannot run." >&2
	@.ci/package pgbouncer pgbouncer || echo "make: the test behind PgBouncer cannot run." >&2
	@.ci/icaljs || echo "make: the tests with ical.js cannot run." >&2
	@echo "To repeat it: make soak SEED=$(SEED)"; failed=""; \
	for db in sqlite postgresql; do \
		$(PY) -m pytest -m "(soak or hypothesis) and $(HERE)" --db=$$db --hypothesis-profile=soak \
			--hypothesis-seed=$(SEED) || failed="$$failed $$db"; \
	done; \
	$(PY) -m bench.soak --seed $(SEED) || failed="$$failed bench.soak"; \
	[ -z "$$failed" ] || { echo "make soak: SEED=$(SEED) failed on:$$failed" >&2; exit 1; }

# Two processes are enough, as one test takes half of the time. A traceback is printed for hangs.
LIVES = scheduling/tests/domain/planning/properties/test_calendar_life.py \
	scheduling/tests/jobs/long_lives/test_evolving_studio.py \
	scheduling/tests/jobs/long_lives/test_random_studio.py

soak-slice: venv-dev ## three minutes of the long tests, with other examples each day
	@echo "To repeat it: make soak-slice SEED=$(SEED)"; failed=""; \
	for db in sqlite postgresql; do \
		$(PY) -m pytest -q -n 2 -m "soak and $(HERE)" --db=$$db --hypothesis-profile=slice \
			--hypothesis-seed=$(SEED) -o faulthandler_timeout=600 $(LIVES) \
			|| failed="$$failed $$db"; \
	done; \
	[ -z "$$failed" ] || { echo "make soak-slice: SEED=$(SEED) failed on:$$failed" >&2; exit 1; }

servers: venv-dev ## docs/deploy.md and docs/cron.md as printed, on a Debian that is installed and booted; and the image
	@.ci/package debootstrap debootstrap
	@.ci/package systemd-container systemd-nspawn
	@.ci/package buildah buildah
	@$(PY) -m pytest -x -m servers scheduling/tests/servers/booted scheduling/tests/servers/image

image: ## the container image classtracker, built with buildah; IMAGE and BASE name others
	@.ci/image $(or $(IMAGE),classtracker)

screenshots: venv-dev ## screenshots of the demo studio in docs/images
	@.ci/browser
	@$(PY) -m scheduling.tests.browser.screenshots

check: export SECRET_KEY := $(shell od -An -N48 -tx1 /dev/urandom | tr -d ' \n')
check: venv-dev ## all static checks
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@# mypy's plugin reads the settings
	$(PRODUCTION) $(PY) -m mypy
	$(PY) -c "from importlinter.cli import lint_imports_command as lint; lint()"
	$(PRODUCTION) $(PY) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PY) manage.py check --fail-level WARNING
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

bench: venv-dev ## benchmarks of generation and pages, into bench/results
	$(PY) -m bench.table
	$(PY) -m bench.pages >bench/results/pages.md
	$(PY) -m bench.calendar >bench/results/calendar.md
	$(PY) -m bench.load >bench/results/load.md
	$(PY) -m bench.coverage >bench/results/coverage.md
	$(PY) -m bench.openings >bench/results/openings.md
	$(PY) -m bench.statements >bench/results/statements.md

# One lock for every Python from 3.11 on. The addresses of indexes stay out of it.
LOCK = $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock"
lock: venv-dev ## renew requirements.lock and requirements-rq.lock, with the newest versions allowed
	@$(LOCK) requirements.txt --output-file requirements.lock
	@$(LOCK) requirements-rq.txt --constraints requirements.lock --output-file requirements-rq.lock

# Python/Django. The last Django is not supported, but looked at: it is the next LTS in the making.
VERSIONS ?= 3.11/5.2 3.12/5.2 3.13/5.2 3.14/5.2 3.13/6.1
TESTS ?= scheduling/tests
DB ?= sqlite
# pyenv offers only the versions that this variable names.
versions: export PYENV_VERSION ?= 3.11:3.12:3.13:3.14
versions: HERE := (not one_database or one_database(name='$(DB)'))
versions: venv-dev ## the suite with each Python and Django; TESTS=…, DB=… and VERSIONS="3.13/6.1 …" select
	@failed=""; missing=""; for pair in $(VERSIONS); do \
		python=$${pair%/*}; django=$${pair#*/}; \
		$(UV) python find -q $$python >/dev/null 2>&1 || $(UV) python install -q $$python >/dev/null 2>&1 \
			|| { missing="$$missing $$python"; continue; }; \
		echo "== Python $$python, Django $$django, $(DB)"; \
		echo "Django~=$$django.0" >.venv/django.txt; \
		$(UV) tool run -q --python $$python --with-requirements requirements-dev.txt \
			--overrides .venv/django.txt pytest -q -p no:cacheprovider $(SPREAD) --db=$(DB) \
			-m "not soak and not servers and $(HERE)" $(TESTS) || failed="$$failed $$pair"; \
	done; \
	[ -z "$$missing" ] || echo "make versions: not tested, as they are not installed:$$missing" >&2; \
	[ -z "$$failed" ] || { echo "make versions: failed with:$$failed" >&2; exit 1; }

audit: venv-dev ## known vulnerabilities of the locked packages, looked up at PyPI
	@# Strict, as a package that the index does not know would otherwise count as safe.
	@$(UV) tool run -q pip-audit --strict --disable-pip --require-hashes -r requirements-rq.lock

venv:
	@.ci/venv requirements.txt

venv-dev:
	@.ci/venv requirements-dev.txt
