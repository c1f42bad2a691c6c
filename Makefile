# Two commands for a newcomer: `make` builds the release, `make test` runs every test.
PY := .venv/bin/python
STAMP := .venv/.ready

.PHONY: all test test-spark check fix site bench bump release reproduce clean
.DELETE_ON_ERROR:

all: $(STAMP)
	$(PY) scripts/validate.py
	$(PY) scripts/build.py
	$(PY) scripts/wheel.py

test: $(STAMP)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest

test-spark: $(STAMP) .venv-spark/.ready
	$(PY) -m pytest -m spark

check: $(STAMP)
	$(PY) scripts/validate.py

fix: $(STAMP)
	$(PY) scripts/fmt.py
	$(PY) scripts/docs.py

site: all
	$(PY) scripts/site.py

bench: $(STAMP)
	$(PY) scripts/bench.py

bump: $(STAMP)
	$(PY) scripts/bump.py

release: $(STAMP)
	$(PY) scripts/release.py

reproduce: $(STAMP)
	$(PY) scripts/reproduce.py

clean:
	rm -rf dist build .venv .venv-spark

# Everything comes from the lock, with hashes; the package itself is then installed without network.
$(STAMP): requirements.lock pyproject.toml
	@command -v python3 >/dev/null || { echo "python3 (3.11 or newer) is needed" >&2; exit 2; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, this is $$(python3 --version)" >&2; exit 2; }
	@echo "setting up .venv (once)"
	@python3 -m venv .venv || { echo "python3 -m venv failed: on Debian, apt-get install python3-venv" >&2; exit 2; }
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
		-r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --no-index -e .
	@touch $@

# Spark is half a gigabyte, and only its own recipe needs it.
.venv-spark/.ready: requirements-spark.lock
	@python3 -m venv .venv-spark
	@.venv-spark/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@
