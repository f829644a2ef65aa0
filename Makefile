# `make help` lists what there is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

APP := .venv/app/bin
DATA = $(wildcard data/nlu data/rules data/stories data/responses)
COMPILE = $(APP)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header

# Wording that only actions send is in no story, and Rasa warns of each: not shown by `check`.
VALIDATE = RASA_TELEMETRY_ENABLED=false TF_CPP_MIN_LOG_LEVEL=3 PYTHONPATH=. .venv/bot/bin/python -m rasa data validate \
	--config config.yml --domain domain.yml --data $(DATA)

# The first Python 3.11 to 3.14 that can make virtual environments. Tried by running it: a pyenv shim may be on PATH
# and fail, and Debian's python3 may lack ensurepip.
PYENV_VERSIONS = $(wildcard $(or $(PYENV_ROOT),$(HOME)/.pyenv)/versions/3.1[1-4].*/bin/python3)
PYTHON = $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 $(PYENV_VERSIONS); do \
	if "$$python" -c 'import sys, ssl, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' \
	>/dev/null 2>&1; then echo "$$python"; break; fi; done)

# $(call environments,dev bot)
define environments
@python="$(PYTHON)"; if [ -z "$$python" ]; then \
	echo "quanyi: Python 3.11 to 3.14 is needed and none was found: install one (on Debian and Ubuntu also its" \
	"python3-venv package), or name one: make PYTHON=/path/to/python3.11 $@" >&2; exit 1; fi; \
	"$$python" -m cli.environments $(1)
endef

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)$$/  make \1|\2/' | \
		while IFS='|' read -r name what; do printf '%-16s %s\n' "$$name" "$$what"; done

run: ## start everything; Ctrl-C stops it
	$(call environments,app bot widget)
	@exec $(APP)/quanyi run $(ARGS)

train: ## train the model that fits the training data (ARGS=--force: again)
	$(call environments,app bot)
	@exec $(APP)/quanyi train $(ARGS)

nlu-report: ## how well messages are understood, into reports/nlu (ARGS=--no-cross-validation: the short one)
	$(call environments,app bot)
	@exec $(APP)/quanyi nlu report $(ARGS)

rights-report: ## how well questions about rights find their article, into reports/rights (ARGS=--check)
	$(call environments,app bot)
	@exec $(APP)/quanyi rights report $(ARGS)

nlu-lint: ## what is wrong in the training examples (ARGS=--fast: without the model; --all)
	$(call environments,app bot)
	@exec $(APP)/quanyi nlu lint $(ARGS)

test: ## all tests (ARGS='-k sla -x', or paths, go to pytest)
	$(call environments,dev bot widget)
	@exec $(APP)/python -m pytest $(ARGS)

check: ## ruff, mypy, import rules, TypeScript, Rasa's data check, models equal migrations
	$(call environments,dev bot)
	$(APP)/ruff check .
	$(APP)/ruff format --check .
	$(APP)/mypy
	$(APP)/lint-imports
	$(APP)/quanyi widget --check
	$(APP)/quanyi nlu format --check
	$(APP)/quanyi nlu lint --fast
	$(APP)/quanyi rights lint
	@echo "rasa data validate"; mkdir -p var/log; if ! $(VALIDATE) >var/log/validate.log 2>&1; then \
		cat var/log/validate.log; exit 1; fi; \
	grep -E 'UserWarning|ERROR' var/log/validate.log | grep -v 'is not used in any story or rule' || true
	$(APP)/quanyi migrate --check

bench: ## our path against a stock Rasa project, side by side
	$(call environments,dev bot)
	@exec $(APP)/python -m benchmarks $(ARGS)

lock: ## pin requirements/*.in with hashes (ARGS=--upgrade: newest versions)
	$(call environments,dev)
	cd requirements && ../$(COMPILE) --python-version 3.10 --python-platform x86_64-manylinux_2_28 $(ARGS) bot.in -o bot.lock
	cd requirements && ../$(COMPILE) --universal --python-version 3.11 $(ARGS) app.in -o app.lock
	cd requirements && ../$(COMPILE) --universal --python-version 3.11 $(ARGS) -c app.lock dev.in -o dev.lock
	cd requirements && ../$(COMPILE) --universal --python-version 3.11 $(ARGS) node.in -o node.lock

clean: ## remove environments, models, caches and logs; the data in var/ stays
	$(call environments,clean)

.PHONY: help run train nlu-report rights-report nlu-lint test check bench lock clean
