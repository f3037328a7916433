"""`make load`: says what was seen; `LOAD_JSON=file` writes it, too. Ends with 1 if a promise is broken."""

import json
import os
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from bench.load import plan as plans
from bench.load import report, trial
from tests.postgres import cluster


def main() -> None:
    plan = plans.from_environment()
    print(f"# {plan.candidates} candidates on {plan.engine}: preparing …", flush=True)
    database = cluster() if plan.engine == "postgresql" else nullcontext()
    with tempfile.TemporaryDirectory(prefix="ganxun-load-") as folder, database as server:
        told = trial.run(plan, Path(folder), server)
    found = report.figures(plan, told)
    print(report.words(found))
    if target := os.environ.get("LOAD_JSON"):
        Path(target).write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    sys.exit(any(line.startswith("BROKEN") for line in report.verdict(found)))


if __name__ == "__main__":
    main()
