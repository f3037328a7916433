# The commands of Ganxun 干训; README.md explains them.
.PHONY: run serve test check bench soak load lock
FLASK = .venv/bin/flask
PYTHON = .venv/bin/python

run:     # the demo school at http://127.0.0.1:8000
	@sh scripts/setup.sh run
	@GANXUN_DEMO=1; export GANXUN_DEMO; exec $(FLASK) up

serve:   # production; needs SECRET_KEY and PUBLIC_URL, see docs/deploy.md
	@sh scripts/setup.sh run
	@GANXUN_DEMO=0; export GANXUN_DEMO; exec $(FLASK) up

test:    # every test: SQLite, a PostgreSQL of its own, a real browser
	@sh scripts/setup.sh test
	@$(PYTHON) -m pytest -n $(if $(TEST_DATABASE_URL),0,auto) --dist worksteal

check:   # lint, types, guards, content
	@sh scripts/setup.sh test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest tests/guards
	GANXUN_DEMO=1 $(FLASK) bank check question_bank

soak:    # the tests of what must never fail, for hours: docs/exam-integrity.md
	@sh scripts/setup.sh test
	@SOAK=1 $(PYTHON) -m pytest tests/exams/test_crash.py tests/exams/test_power.py tests/exams/test_faults.py \
		tests/exams/test_races.py tests/exams/test_machine.py

bench:   # the figures of docs/bench.md, one a line
	@sh scripts/setup.sh test
	@$(PYTHON) -m bench

load:    # a county of 10,000 in one exam, nine minutes: docs/load.md. ENGINE=sqlite, CANDIDATES=…, RUSH=1
	@sh scripts/setup.sh test
	@$(PYTHON) -m bench.load

lock:    # requirements*.txt from requirements*.in
	@sh scripts/lock.sh
