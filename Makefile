# Two commands matter: `make run` and `make test`. Everything else is listed by `make help`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Where the libraries that the maps are compared with live, and where pip finds torch's CPU build.
ORACLES := .venv-parity
TORCH_INDEX ?=
# --strict lets the audit fail where a package could not be asked about.
AUDIT  ?=
PORT   ?= 8501
# Two processes: the suite is sized for two cores.
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run api test siege e2e parity lint format types check audit sbom train screenshots clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.runtime ## Set up, then open the suite on http://127.0.0.1:8501
	$(BIN)/streamlit run apps/server.py --server.port $(PORT)

api: $(VENV)/.runtime ## Serve only the REST API on http://127.0.0.1:8000
	$(BIN)/uvicorn apps.api:api --host 127.0.0.1 --port 8000 --no-server-header

test: $(VENV)/.dev ## Set up, then run every test that needs neither browser nor siege
	$(BIN)/python -m pytest -n $(WORKERS) -m "not e2e and not siege"

siege: $(VENV)/.dev ## Break the running suite: faults, hostile files, forged logins, bombs
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile -m siege

e2e: $(VENV)/.dev ## Drive the running suite in Chromium (needs /usr/bin/chromium)
	$(BIN)/python -m pytest -m e2e

parity: $(ORACLES)/.ready ## Compare saliency maps and their figures with public libraries
	$(ORACLES)/bin/python -m pytest tests/parity
	$(ORACLES)/bin/python -m tests.parity.speed

lint: $(VENV)/.dev ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(VENV)/.dev ## Check the types
	$(BIN)/mypy

check: lint types test siege ## Everything that needs no browser

audit: $(VENV)/.dev ## Look for unsafe code and for packages known to be vulnerable (asks PyPI)
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive core apps pages
	$(BIN)/python .ci/audit.py vulnerabilities $(AUDIT)

sbom: $(VENV)/.dev ## Write what a running suite consists of, with licences, to var/sbom.json
	$(BIN)/python .ci/audit.py sbom var/sbom.json

train: $(VENV)/.runtime ## Train and evaluate the tabular models again (about twenty minutes)
	$(BIN)/python -m benchmarks.cardiosense_models --write
	$(BIN)/python -m benchmarks.breast_models --write

screenshots: $(VENV)/.dev ## Take the README's screenshots from the running suite
	$(BIN)/python -m benchmarks.screenshots

clean: ## Remove the virtual environments and caches
	rm -rf $(VENV) $(ORACLES) .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps make a second start immediate: nothing is resolved again while the files are unchanged.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "The suite needs Python 3.11 or newer; set one with: make run PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null; then uv venv --quiet --seed --python $(PYTHON) $(VENV); \
	else $(PYTHON) -m venv $(VENV) || { echo "The venv module is missing; on Debian: apt install python3-venv"; exit 1; }; fi

define install
	@if command -v uv >/dev/null; then \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python -r $(1); \
	else $(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(1); fi
endef

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(call install,requirements.txt)
	@touch $@

# A file with hashes demands one for every line of it, hence its own.
$(VENV)/.dev: requirements.txt requirements-agents.txt requirements-server.txt requirements-dev.txt \
    requirements-reference.txt | $(VENV)/bin/python
	$(call install,requirements-dev.txt)
	$(call install,requirements-reference.txt --no-deps --require-hashes)
	@touch $(VENV)/.runtime $@

# The oracles see what the suite's environment holds, so that only they themselves are installed.
$(ORACLES)/.ready: requirements-parity.txt | $(VENV)/.dev
	$(BIN)/python -m venv --clear $(ORACLES)
	$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
	  $$($(ORACLES)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/suite.pth
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -r requirements-parity.txt
	@touch $@
