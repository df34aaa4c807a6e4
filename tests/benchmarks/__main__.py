"""All benchmarks: a table to read, and bench.json for machines (contract: script/bench). `python -m tests.benchmarks`."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def main() -> int:
    """Run each room's rows. 1 when a bar is missed."""
    rows: list[dict[str, Any]] = []
    for path in sorted(HERE.glob("bench_*.py")):
        rows += import_module(f"tests.benchmarks.{path.stem}").run()
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    (ROOT / "bench.json").write_text(json.dumps({"machine": machine, "results": rows}, indent=1) + "\n")
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        verdict = "holds" if row["holds"] else "MISSED"
        said = f"{row['value']:>8} {row['unit']}, of base {row['base']}: {row['ratio']} (bar {row['bar']}, {verdict})"
        sys.stdout.write(f"{row['name']:<{width}} {said}\n")
    return 0 if all(row["holds"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
