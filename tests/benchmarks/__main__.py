"""All benchmarks: a table to read, and bench.json for machines (contract: script/bench).

`python -m tests.benchmarks [posting|sealing|growth …]`; nothing named: all of them. Ratios are of one run on one machine, medians of
interleaved rounds, because no machine is quiet.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import import_module
from pathlib import Path

from tests.benchmarks.rows import Row

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def main(names: list[str]) -> int:
    """Run each part's rows. 1 when a bar is missed, 2 when a part is not known."""
    known = [path.stem.removeprefix("bench_") for path in sorted(HERE.glob("bench_*.py"))]
    strange = [name for name in names if name not in known]
    if strange:
        sys.stderr.write(f"There is no benchmark “{strange[0]}”. There are: {', '.join(known)}.\n")
        return 2
    rows: list[Row] = []
    for name in names or known:
        for row in import_module(f"tests.benchmarks.bench_{name}").run():
            rows.append(row)
            sys.stdout.write(row.words + "\n")
            sys.stdout.flush()
    machine = {"system": platform.platform(), "python": platform.python_version(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    (ROOT / "bench.json").write_text(json.dumps({"machine": machine, "results": [row.told() for row in rows]}, indent=1) + "\n")
    missed = [row for row in rows if row.holds is False]
    sys.stdout.write(f"{len(missed)} of {sum(row.bar is not None for row in rows)} bars missed.\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
