# Every target sets up what it needs from plain Python 3.11 or newer.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# Tests start the bot some eighty times: what was compiled once is kept, whatever the environment says.
unexport PYTHONDONTWRITEBYTECODE

LANES := 1 2 3 4

.PHONY: demo test run ready format bench pairs soak kills leader-kills trial weeks pictures types $(LANES:%=lane-%)

demo: .venv/run.stamp
	$(BIN)/python -m bot demo $(ARGS)

run: .venv/run.stamp
	$(BIN)/python -m bot run $(ARGS)

# For a bot that can't write where its code is (deploy/encore.service): all that Python would compile at the first start.
ready: .venv/run.stamp
	$(BIN)/python -m compileall -q bot migrations
	$(BIN)/python -m bot.content

# Lanes share the tests out among themselves (tests/lanes.py): four for two cores, as many tests wait. What a lane prints
# is shown when it is done. Each has a folder of its own.
test: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@rm -rf build/taken build/coverage.* && mkdir -p build/taken
	@$(MAKE) --no-print-directory -j5 types $(LANES:%=lane-%)
	$(BIN)/python -m slipcover --fail-under 90 --out build/coverage.json --merge build/coverage.*.json

# Databases of tests live in memory where there is room: a commit that waits for a busy disk is most of a test's time.
ROOMY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 { print "/dev/shm" }')
SHOWN = > build/$@.log 2>&1; code=$$?; cat build/$@.log; exit $$code

types: .venv/dev.stamp
	@{ $(BIN)/mypy bot sandbox tests benchmarks migrations && $(BIN)/lint-imports; } $(SHOWN)

$(LANES:%=lane-%): lane-%: .venv/dev.stamp
	@{ export TMPDIR=$$(mktemp -d $(ROOMY:%=-p %)) && trap 'rm -rf $$TMPDIR' EXIT && \
	$(BIN)/python -m slipcover --json --out build/coverage.$*.json -m pytest -q tests --lane $* --durations 12 \
	--taken build/taken --basetemp=$$TMPDIR/t; } $(SHOWN)

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks.checkin $(ARGS)
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.starts
	$(BIN)/python -m benchmarks.storm
	$(BIN)/python -m benchmarks.draw
	$(BIN)/python -m benchmarks.memory
	$(BIN)/python -m benchmarks.sending
	$(BIN)/python -m benchmarks.taps
	$(BIN)/python -m benchmarks.calendar

# Twenty minutes at half load: does the memory stay as it is? make soak ARGS="--minutes 60"
soak: .venv/dev.stamp
	$(BIN)/python -m benchmarks.soak $(ARGS)

# `kill -9` under load, 25 times: make kills ARGS="--database postgresql --intake webhook"
kills: .venv/dev.stamp
	$(BIN)/python -m tests.kills $(ARGS)

# This tree against an earlier one, in nine interleaved pairs: make pairs BEFORE=<revision>
pairs: .venv/dev.stamp
	$(BIN)/python -m benchmarks.pairs $(BEFORE) $(ARGS)

# Two domains are taken out of copies of this tree: nothing that is left may need them.
trial: .venv/dev.stamp
	$(BIN)/python -m tests.trial

# Five weeks of a shop on a jumping clock, twice, with ten kills: too long for `make test`, which plays thirteen days.
weeks: .venv/dev.stamp
	$(BIN)/python -m pytest tests/bot/posts/five_weeks.py -q -s

# The leader of several processes is killed under load, twenty times: `make test` does it twice.
leader-kills: .venv/dev.stamp
	LEADER_KILLS=20 $(BIN)/python -m pytest tests/bot/webhook/test_several.py -q -s -k leader_is_killed

# The README's lists in three languages on two screens, a minute each: `make test` plays three of these six walks.
# What each saw is left in build/pictures/<language>-<width>.
pictures: .venv/dev.stamp
	WALKS=all $(BIN)/python -m pytest tests/browser/test_story.py -q

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
