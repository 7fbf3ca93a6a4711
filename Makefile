# make report    build every report under reports/ into build/      (make report ARGS="--to pdf ai6126_hw1")
# make watch     build the first report on each change, serve it    (make watch ARGS="ai6126_hw1 --to pdf --open")
# make check     check what somebody else wrote                     (make check ARGS="homework.md --fail-on refuted")
# make test      run the tests                                      (make test ARGS="-k givens")
# make accept    take the Markdown and LaTeX of the homework, as they are now, for the golden files
# make lint      ruff
# make lock      renew requirements.lock to the newest versions
# make clean     remove build/, and what is kept there for the next build;   make distclean   remove .venv/ too
#
# The environment .venv is made from requirements.lock when that or pyproject.toml has changed.  Needs Python 3.11 or
# newer, nothing else; PYTHON=/path/to/python chooses one.  Written for GNU make 3.81, which macOS has.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: accept report test lint lock clean distclean venv
.DEFAULT_GOAL := report

report: $(READY)
	$(PY) -m reportgen build $(ARGS)

FIRST = $(notdir $(patsubst %/,%,$(dir $(firstword $(wildcard reports/*/report.toml)))))
watch: $(READY)
	$(PY) -m reportgen watch $(or $(ARGS),$(FIRST))

check: $(READY)
	$(PY) -m reportgen check $(or $(ARGS),--fail-on never $(wildcard reports/*/submission.md))

test: $(READY)
	$(PY) -m pytest -n auto $(ARGS)

accept: $(READY)
	$(PY) -m pytest -q --accept tests/test_golden.py

lint: $(READY)
	$(PY) -m ruff check .

venv: $(READY)

$(READY): requirements.lock pyproject.toml
	@"$(or $(PYTHON),false)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "reportgen needs Python 3.11 or newer, and found none ($(or $(PYTHON),python3))." >&2; \
		echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv" >&2; \
		echo "  macOS:           brew install python      (or the installer of python.org)" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make environments: venv or ensurepip is missing." >&2; \
		echo "  Debian, Ubuntu:  sudo apt-get install python3-venv" >&2; exit 1; }
	@echo "making $(VENV) with $$("$(PYTHON)" --version) from requirements.lock; this is done once"
	@rm -f $(READY)
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PY) -m pip install --quiet -r requirements.lock
	@$(PY) -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Not part of the ordinary work: resolves anew from pyproject.toml, in an environment of its own.
lock:
	@rm -rf build/lock && "$(PYTHON)" -m venv build/lock
	@build/lock/bin/python -m pip install --quiet hatchling editables ".[dev]"
	@{ echo "# Exact versions of everything that make installs; made by \`make lock\` from pyproject.toml."; \
		build/lock/bin/python -m pip freeze --exclude reportgen | grep -v ' @ '; } > build/requirements.lock
	@mv build/requirements.lock requirements.lock && rm -rf build/lock
	@echo "requirements.lock is renewed; run make test before you commit it"

clean:
	rm -rf build dist .pytest_cache .hypothesis .ruff_cache

distclean: clean
	rm -rf $(VENV)
