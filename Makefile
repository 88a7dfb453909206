# Every target sets up what it needs from plain Python 3.11 or newer.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# Tests of other processes, of the stand-in and of words tell coverage nothing; those of times would measure it.
PAGES := tests/browser tests/test_demo.py
PLAIN := tests/bot/test_cli.py tests/bot/test_first_come.py tests/bot/test_kill.py tests/bot/test_kill_starts.py \
	tests/bot/test_starts.py tests/bot/test_backup.py
WORDS := tests/sandbox tests/test_content.py
# What a bot survives: outages, broken answers, damaged rows, lost connections, a second process, hostile numbers.
HARSH := $(wildcard tests/bot/test_answers.py tests/bot/test_damage.py tests/bot/test_database_away.py \
	tests/bot/test_fuzz.py tests/bot/test_numbers.py tests/bot/test_outages.py tests/bot/test_overlap.py \
	tests/bot/test_two_pollers.py)
# Half of the other tests that talk to the stand-in.
EARLY := $(filter-out $(PLAIN) $(HARSH),$(wildcard tests/bot/test_[a-o]*.py)) $(wildcard tests/bot/[a-p]*/)
UNMEASURED := $(PAGES:%=--ignore=%) $(PLAIN:%=--ignore=%) $(WORDS:%=--ignore=%)

# Tests start the bot some eighty times: what was compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test run format bench pairs trial plain pages talking meeting surviving deciding words

demo: .venv/run.stamp
	$(BIN)/python -m bot demo $(ARGS)

run: .venv/run.stamp
	$(BIN)/python -m bot run $(ARGS)

# Seven lanes, three at a time for two cores, as many tests wait; what a lane prints is shown when it is done. Each has a
# folder of its own.
test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@mkdir -p build && rm -f build/coverage.*
	@$(MAKE) --no-print-directory -j3 deciding pages plain surviving meeting talking words
	$(BIN)/python -m slipcover --fail-under 90 --out build/coverage.json --merge build/coverage.*.json

# Databases of tests live in memory where there is room: a commit that waits for a busy disk is most of a test's time.
ROOMY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')
LANE = at=$$(mktemp -d $(ROOMY:%=-p %)) && { export TMPDIR=$$at; $(1) --basetemp=$$at/t; } > build/$@.log 2>&1; code=$$?; rm -rf $$at; cat build/$@.log; exit $$code
MEASURED = $(BIN)/python -m slipcover --json --out build/coverage.$@.json -m pytest -q

plain: .venv/dev.stamp
	@$(call LANE,$(BIN)/mypy bot sandbox tests benchmarks migrations && $(BIN)/lint-imports && $(BIN)/python -m pytest -q $(PLAIN))

pages: .venv/dev.stamp
	@$(call LANE,$(BIN)/python -m pytest -q $(PAGES))

talking: .venv/dev.stamp
	@$(call LANE,$(MEASURED) tests/bot $(UNMEASURED) $(EARLY:%=--ignore=%) $(HARSH:%=--ignore=%))

meeting: .venv/dev.stamp
	@$(call LANE,$(MEASURED) $(EARLY) $(UNMEASURED))

surviving: .venv/dev.stamp
	@$(call LANE,$(MEASURED) $(HARSH))

deciding: .venv/dev.stamp
	@$(call LANE,$(MEASURED) tests --ignore=tests/bot $(UNMEASURED))

words: .venv/dev.stamp
	@$(call LANE,$(BIN)/python -m pytest -q $(WORDS))

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.checkin $(ARGS)
	$(BIN)/python -m benchmarks.starts
	$(BIN)/python -m benchmarks.storm
	$(BIN)/python -m benchmarks.draw

# This tree against an earlier one, in nine interleaved pairs: make pairs BEFORE=<revision>
pairs: .venv/dev.stamp
	$(BIN)/python -m benchmarks.pairs $(BEFORE) $(ARGS)

# Two domains are taken out of copies of this tree: nothing that is left may need them.
trial: .venv/dev.stamp
	$(BIN)/python -m tests.trial

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
