# Everything runs in an environment of its own, .venv, made at the first call.
#
#   make search              searches networks for 8x8 digits; results in runs/digits
#   make test                all tests; ARGS="tests/display -x" goes to pytest
#   make lint                rules, format, which room imports which, and types
#   make bench               what a search costs here; ARGS="--parts steps" goes to the benchmark
#   make soak                faults on purpose, for about half an hour; ARGS="--only kill" one kind
#   make install             the environment only
#   make wheel               dist/goldnas_tf-VERSION-py3-none-any.whl: library, programs, presets
#   make clean               removes the environment and build outputs, keeps runs/
#
# PYTHON=... chooses the interpreter that makes the environment, one of 3.10 to 3.13.

PYTHON ?=
ARGS =
VENV = .venv
RUN = $(VENV)/bin/python

# Each process loads TensorFlow, 1 to 2 GB. The tests of a file share what is costly to make. Files
# with few tests are slow ones: they come in their order, not last, where one process would wait.
TEST_PROCESSES = --numprocesses=logical --maxprocesses=4 --dist=loadfile --no-loadscope-reorder

# A stamp is written once pip has finished, so an interrupted install is taken up again.
INSTALLED = $(VENV)/installed.stamp
INSTALLED_TEST = $(VENV)/installed-test.stamp

.PHONY: help install search test lint bench soak wheel clean
.NOTPARALLEL:
# also where the interpreter behind the environment has gone
ifneq ($(shell test -x $(RUN) && echo there),there)
.PHONY: $(INSTALLED) $(INSTALLED_TEST)
endif

help:
	@sed -n 's/^#   //p' Makefile

install: $(INSTALLED)

search: $(INSTALLED)
	$(RUN) bin/search --flagfile=flags/digits.flags --workdir=runs/digits

test: $(INSTALLED_TEST)
	$(RUN) -m pytest $(TEST_PROCESSES) $(ARGS)

lint: $(INSTALLED_TEST)
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(VENV)/bin/lint-imports
	$(RUN) -m mypy

bench: $(INSTALLED)
	$(RUN) -m bench $(ARGS)

soak: $(INSTALLED_TEST)
	$(RUN) tests/soak.py $(ARGS)

wheel: $(INSTALLED)
	$(RUN) -m pip wheel --disable-pip-version-check --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache
	find bin bench goldnas_tf tests -name __pycache__ -prune -exec rm -rf {} +

$(INSTALLED): setup.py
	@$(make_venv)
	$(RUN) -m pip install --disable-pip-version-check --editable .
	@touch $@

$(INSTALLED_TEST): setup.py
	@$(make_venv)
	$(RUN) -m pip install --disable-pip-version-check --editable '.[test]'
	@touch $(INSTALLED) $@

# An environment that works is kept; one that is half-made or of another Python is made anew.
SUITS = import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))
WHOLE = import importlib.metadata, sys; sys.exit(not importlib.metadata.files("pip"))
define make_venv
suits() { "$$1" -c '$(SUITS)' 2>/dev/null; }; \
if suits $(RUN) && $(RUN) -c '$(WHOLE)' 2>/dev/null; then exit 0; fi; \
found=; bare=; \
for python in $(or $(PYTHON),python3 python3.13 python3.12 python3.11 python3.10); do \
  suits "$$python" || continue; \
  if "$$python" -c 'import ensurepip, venv' 2>/dev/null; then found=$$python; break; fi; \
  bare=$${bare:-$$python}; \
done; \
if [ -z "$$found" ] && [ -n "$$bare" ]; then \
  echo "make: $$bare has no ensurepip; install its venv package" \
    "(Debian, Ubuntu: apt install python3-venv), or set PYTHON=" >&2; exit 1; \
elif [ -z "$$found" ]; then \
  echo "make: needs Python 3.10, 3.11, 3.12 or 3.13;" \
    "found none as $(or $(PYTHON),python3 or python3.13 to python3.10), set PYTHON=" >&2; exit 1; \
fi; \
echo "$$found -m venv --clear $(VENV)"; \
"$$found" -m venv --clear $(VENV)
endef
