# make demo, make test: all they need is git, make and Python 3.11 or newer.

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --retries 5 --timeout 60
# feedgen comes as source only and is built with the locked setuptools, hence no isolation
LOCKED := --require-hashes --no-build-isolation --use-pep517
DEMO ?= demo
SOAK_SECONDS ?= 2800
# more at once than the two cores we count on, as some wait; who is done first takes from the others
AT_ONCE := -n 4 --dist worksteal
# these wait for most of their time: with ten of them five times as many kills a second as with two
KILLS_AT_ONCE := -n 10 --dist worksteal

UV ?= uv
UPGRADE ?=
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command "make lock" $(UPGRADE)

.PHONY: demo test tests lint smoke map soak soak-full bench lock clean

# the tests start many processes: what they import is compiled once
export PYTHONDONTWRITEBYTECODE :=

demo: .venv/run
	$(BIN)/syndicate demo "$(DEMO)"

# at once, as each of them leaves a core idle for a while
test: .venv/dev
	@$(MAKE) --no-print-directory -j 3 tests lint smoke

# in a fresh clone all tests are collected once before, that not each worker compiles every module
tests: .venv/dev
	@test -d tests/__pycache__ || collected=$$($(BIN)/python -m pytest -q --collect-only) || \
		{ echo "$$collected" | tail -n 60; exit 1; }
	$(BIN)/python -m pytest -m "not soak" $(AT_ONCE)

smoke: .venv/dev
	$(BIN)/python tests/smoke_wheel.py

lint: .venv/dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

# of docs/architecture.md, which names every room and module
map: .venv/dev
	$(BIN)/python tests/support/house_map.py

# pytest ends with 5 where it was given nothing to do
soak: .venv/dev
	@$(BIN)/python -m pytest -q -m soak --collect-only >/dev/null; \
	case $$? in \
	5) echo "There are no soak tests." ;; \
	*) $(BIN)/python -m pytest -m soak $(AT_ONCE) --timeout=1200 --session-timeout=$(SOAK_SECONDS) ;; \
	esac

# outside CI, for some hours: a thousand kills of each kind, ten minutes of each search, and every
# tick of sixty days; the figures stand at its end
soak-full: .venv/dev
	KILLS=1000 FUZZ_SECONDS=600 $(BIN)/python -m pytest -m soak tests/hostile $(KILLS_AT_ONCE) \
		--timeout=36000
	TICKS=all $(BIN)/python -m pytest -m soak tests/machines/test_sixty_days.py -n 2 --timeout=9000

bench: .venv/dev
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/telegram_render.py
	$(BIN)/python benchmarks/checks.py
	$(BIN)/python benchmarks/feeds.py
	$(BIN)/python benchmarks/bulk.py
	$(BIN)/python benchmarks/digest.py
	$(BIN)/python benchmarks/letters.py
	$(BIN)/python benchmarks/inbox.py
	$(BIN)/python benchmarks/ledger_move.py

# `make lock UPGRADE=--upgrade` takes the newest versions; else only what is missing is added
lock:
	$(COMPILE) pyproject.toml --group dev --extra postgresql -o requirements-dev.lock
	$(COMPILE) pyproject.toml --group build -c requirements-dev.lock -o requirements.lock
	$(COMPILE) pyproject.toml --group build --extra postgresql -c requirements-dev.lock \
		-o requirements-postgresql.lock
	$(COMPILE) --group build -c requirements-dev.lock -o requirements-build.lock

clean:
	rm -rf .venv .bench .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
	find syndicate channels tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/run: .venv/build requirements.lock
	@echo "Installing what syndicate needs …"
	@$(call install,$(LOCKED) -r requirements.lock)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/build requirements-dev.lock
	@echo "Installing what syndicate and its tests need (a minute or two the first time) …"
	@$(call install,$(LOCKED) -r requirements-dev.lock)
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/build: requirements-build.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "syndicate needs Python 3.11 or newer," \
		"and none was found: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' || { echo "syndicate needs Python 3.11 or newer;" \
		"$(PYTHON) is older: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make" \
		"virtual environments: install python3-venv (Debian, Ubuntu)," \
		"or name another one: make PYTHON=/path/to/python3 …" >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		echo "Making .venv with $(PYTHON) …"; "$(PYTHON)" -m venv --clear .venv; }
	@$(call install,$(LOCKED) -r requirements-build.lock)
	@touch $@

# a download that broke off is tried once more
define install
$(PIP) install $(1) || { echo "Trying once more …"; sleep 5; $(PIP) install $(1); }
endef
