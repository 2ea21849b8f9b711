# make book   the environment, every notebook run, the site in _build/html
# make test   the environment, a browser, every test
# make help   all targets
SHELL := /bin/sh
VENV ?= .venv
PORT ?= 8000
BIN := $(VENV)/bin
NOTEBOOKS := $(shell find book -name '*.ipynb' -not -path '*/.*')
STRIP := $(BIN)/nbstripout --keep-id --keep-count --extra-keys "metadata.language_info metadata.jupytext"

# Two threads on two busy cores are many times slower than one.
export OMP_NUM_THREADS = 1
# The kernel's message about its transport is not about the book.
export PYDEVD_DISABLE_FILE_VALIDATION = 1

.PHONY: help book serve test map lint format bench experiments outputs notebooks zip lock sphinx fresh clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/.book: requirements.txt pyproject.toml tools/environment.sh
	@sh tools/environment.sh $(VENV) book
	@touch $@

$(VENV)/.test: $(VENV)/.book requirements-test.txt
	@sh tools/environment.sh $(VENV) test
	@touch $@

book: $(VENV)/.book ## Run every notebook and build the site to _build/html
	@sh tools/build.sh $(VENV)

serve: $(VENV)/.book ## Serve the book at http://127.0.0.1:8000 and rebuild what you save (PORT=...)
	@$(BIN)/python tools/serve.py --port $(PORT)

test: $(VENV)/.test book ## Run every test: library, notebooks, extensions, the site in a browser (ALL=1)
	@$(BIN)/python -m tools.get_browser
	@# In the order of tests/conftest.py: by the number of its tests, the longest module would be the last, alone.
	@$(BIN)/python -m pytest --nbval-lax -n 2 --dist loadscope --no-loadscope-reorder $(if $(ALL),--all-chapters)

map: $(VENV)/.test ## Make the tables of the pages from the chapters' facts (tools/tables.py)
	@$(BIN)/python -m tools.tables

lint: $(VENV)/.test ## Check style, formatting, stripped notebooks and workflows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(STRIP) --verify $(NOTEBOOKS)
	@$(BIN)/zizmor --offline --quiet .github/workflows

format: $(VENV)/.test ## Format the code and strip the notebooks
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(STRIP) $(NOTEBOOKS)

bench: $(VENV)/.test ## Measure page weight, widgets and the library against their peers
	@$(BIN)/python -m benchmarks

experiments: $(VENV)/.book ## Measure anew what lecturelib/data/learning_curve.csv holds (ten minutes)
	@rm -f lecturelib/data/learning_curve.csv
	@$(BIN)/python -m experiments.learning_curve

outputs: $(VENV)/.test ## Run the notebooks and store the outputs of their checked cells (NOTEBOOKS=...)
	@$(BIN)/jupyter execute --inplace $(NOTEBOOKS)
	@$(STRIP) $(NOTEBOOKS)

notebooks: $(VENV)/.book ## Export the notebooks with the book's address filled in to _build/notebooks
	@$(BIN)/python -m sphinxext.repository "$(BOOK_REPOSITORY)" "$(BOOK_REVISION)" _build/notebooks

zip: book ## Pack the site for reading without a network: _build/deep-learning-introduction.zip
	@$(BIN)/python -m zipfile -c _build/deep-learning-introduction.zip _build/html/
	@echo "_build/deep-learning-introduction.zip"

COMPILE := uv pip compile --universal --python-version 3.11 --no-annotate --quiet --custom-compile-command "make lock"

lock: ## Pin anew all that requirements*.in need (uses uv)
	@$(COMPILE) --upgrade requirements.in --output-file requirements.txt
	@$(COMPILE) --upgrade requirements-test.in --output-file requirements-test.txt
	@# What both ways to build need stays at the same versions.
	@cp requirements.txt requirements-sphinx.txt
	@grep -vE '^(jupyter-book|sphinx)==' requirements.in \
		| $(COMPILE) - requirements-sphinx.in --output-file requirements-sphinx.txt

# Environments of their own, in which `make test` then runs; it compares their pages with those of Jupyter Book.
sphinx: ## Build and test with today's Sphinx instead of Jupyter Book's, in .venv-sphinx
fresh: ## Build and test with the newest versions instead of the pins, in .venv-fresh
sphinx fresh: $(VENV)/.book
	@sh tools/environment.sh .venv-$@ $@
	@touch .venv-$@/.book .venv-$@/.test
	@$(MAKE) test VENV=.venv-$@

clean: ## Remove what was built; the environment stays (rm -rf .venv removes that)
	@rm -rf _build build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
