# Every target sets up what it needs from plain Python 3.11 or newer.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# Tests of other processes, of the stand-in and of words tell coverage nothing and run several times slower under it;
# those of times would measure it.
PLAIN := tests/sandbox tests/browser tests/test_content.py tests/test_demo.py tests/bot/test_cli.py tests/bot/test_kill.py \
	tests/bot/test_kill_starts.py tests/bot/test_starts.py tests/bot/test_backup.py
COVERED := tests

.PHONY: demo test run format bench plain covered

demo: .venv/run.stamp
	$(BIN)/python -m bot demo $(ARGS)

run: .venv/run.stamp
	$(BIN)/python -m bot run

# Two cores, two lanes: what they print is shown when each is done.
test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p build
	@$(MAKE) --no-print-directory -j2 plain covered
	$(BIN)/coverage report

plain: .venv/dev.stamp
	@{ $(BIN)/mypy bot sandbox tests benchmarks migrations && $(BIN)/lint-imports && \
	$(BIN)/python -m pytest -q $(PLAIN); } > build/plain.log 2>&1; code=$$?; cat build/plain.log; exit $$code

covered: .venv/dev.stamp
	@$(BIN)/coverage run -m pytest -q $(COVERED) $(PLAIN:%=--ignore=%) > build/covered.log 2>&1; \
	code=$$?; cat build/covered.log; exit $$code

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.checkin $(ARGS)
	$(BIN)/python -m benchmarks.starts

.venv/run.stamp: requirements.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3 --version)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements.txt requirements-dev.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed (python3 --version)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/run.stamp
