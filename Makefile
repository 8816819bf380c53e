# Short lines that call tools. `make` alone lists them.

PYTHON ?= python3
ARGS ?=
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
LATEST := .cache/latest/$(notdir $(BIN))

# A test that kills its process, or hangs until it is killed, ends the run: with a new process in its place pytest-xdist
# hands out finished files once more and can wait for ever.
PARALLEL := -n logical --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# TensorFlow otherwise fills the screen with messages; its oneDNN kernels round in another order.
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0

# What another project put on the path of Python would reach JupyterLab and its kernels. And Python may keep what it has
# compiled: without that each process that imports TensorFlow compiles it anew, which takes longer than all else in it.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE
ROOT_USER = $(filter 0,$(shell id -u 2>/dev/null))

.PHONY: help lab test test-latest browser-test prove pictures bench report solutions chapter chapters site grade release update lint install install-dev clean distclean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s%s\n", $$1, $$2 }' Makefile

# utils/setup/jupyterlab: no question about news, long lines of code wrapped, text in a readable width. A reader's own
# settings win.
lab: install ## open the workbook in JupyterLab (ARGS=--no-browser on a server)
	@$(if $(ROOT_USER),echo "You are root. JupyterLab starts for root with --allow-root only and gets it here.")
	$(BIN)/python -I -m jupyterlab $(if $(ROOT_USER),--allow-root) --LabApp.app_settings_dir=utils/setup/jupyterlab \
	  --LabApp.extra_labextensions_path=utils/setup/jupyterlab/labextensions \
	  --LabApp.default_url=/lab/tree/chapters/00_start_here.ipynb $(ARGS)

test: install-dev ## run every test, the notebooks and the browser included
	$(BIN)/python -m pytest $(PARALLEL) --durations=10 $(ARGS)

browser-test: install-dev ## run all tests in a real browser and no others, and photograph what they see
	$(BIN)/python -m pytest tests/browser $(PARALLEL) -m "" --screenshots $(ARGS)

test-latest: install-dev ## run every test with the newest releases that pyproject.toml admits, in .cache/latest
	$(BIN)/python -m venv --clear .cache/latest
	$(LATEST)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	$(LATEST)/python -m pip list --outdated
	$(LATEST)/python -m pytest $(PARALLEL) --durations=10 $(ARGS)

prove: install-dev ## run what is too long for every change, before a release
	$(BIN)/python -m pytest tests -n logical --max-worker-restart 0 -m prove $(ARGS)
	CHECKS=10 $(BIN)/python -m pytest tests/exercises tests/views $(PARALLEL) $(ARGS)

pictures: install-dev ## take the pictures of the README anew
	$(BIN)/python -m pytest tests/browser/take_pictures.py $(ARGS)

bench: install-dev ## measure speed
	$(BIN)/python -m pytest tests -o addopts="--strict-markers --strict-config" --benchmark-only $(ARGS)

report: install-dev ## count what the checks accept, name and reject, and write down what they say
	PYTHONPATH=tests $(BIN)/python -W ignore -m support.report $(ARGS)

solutions: install ## execute the notebooks in solutions/ and store them
	$(BIN)/python -m utils.notebooks.execute $(ARGS)

chapter: install ## execute, build and check one chapter (ARGS=03)
	$(BIN)/python -m utils.notebooks.chapter $(ARGS)

chapters: install ## build chapters/ from solutions/ (ARGS="--check", "--force", "--reset ch01.softmax")
	$(BIN)/python -m utils.notebooks.build $(ARGS)

site: install-dev ## build the site into .cache/site/html (ARGS=--with-solutions for instructors)
	$(BIN)/python -m utils.site.build $(ARGS)

grade: install ## grade a folder of submissions (ARGS="FOLDER --output OUT"; INSTRUCTORS.md says the rest)
	$(BIN)/python -m utils.grading $(ARGS)

release: install ## write the zip that a class is handed (ARGS="--no-hints", "--nbgrader")
	$(BIN)/python -m utils.notebooks.release $(ARGS)

update: install ## get the newest chapters and keep your answers (without git: ARGS=NEW.zip)
	$(BIN)/python -m utils.notebooks.update $(ARGS)

lint: install-dev ## check the Python code with ruff, and its imports with import-linter
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-cache

install: INSTALL := utils/setup/install.py
install-dev: INSTALL := utils/setup/install.py --dev
install: ## build .venv where needed (lab does this first)
install-dev: ## the same, with what maintainers need besides (test and the others do this first)
install install-dev:
	@command -v $(firstword $(PYTHON)) >/dev/null || { \
	  echo "There is no $(PYTHON) on this machine: install Python 3.11, 3.12 or 3.13," \
	    "or name yours as in: make lab PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -I $(INSTALL)

clean: ## remove caches, never an answer
	rm -rf .cache .pytest_cache .ruff_cache .hypothesis .benchmarks build
	find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv too
	rm -rf .venv *.egg-info
