"""Lighthouse on the three pages that everybody sees first. It comes by npm, locked (tests/long/lighthouse), into a throw-away folder.

After another version was chosen: `npm install --package-lock-only --omit-lockfile-registry-resolved --ignore-scripts` there.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import QUIET, executable
from tests.support.live import LiveProcess, surroundings
from tests.support.postgres import Cluster
from tests.support.town import grown

HERE = Path(__file__).parent / "lighthouse"
PAGES = ("/", "/give", "/open")
WHOLE = ("accessibility", "best-practices", "seo")
RUNS = 5
LEAST_PERFORMANCE = 95
# What a phone in a town centre has: Lighthouse's own slow 4G and slow processor, simulated.
CHROME = " ".join(["--headless=new", "--no-sandbox", *QUIET])


@pytest.fixture(scope="module")
def lighthouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program."""
    assert shutil.which("npm"), "Lighthouse is installed by npm, and there is none here (Debian: apt-get install npm)"
    folder = tmp_path_factory.mktemp("lighthouse")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules" / ".bin" / "lighthouse"


@pytest.fixture(scope="module")
def town(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    """The demonstration's town, served as `fundapp serve` serves it."""
    folder = tmp_path_factory.mktemp("served")
    with surroundings(cluster, folder, grown(cluster, tmp_path_factory.mktemp("past"))) as (environ, database, stand_in):
        live = LiveProcess(environ, database, stand_in, folder)
        live.start()
        yield live
        live.kill()


def looked_at(lighthouse: Path, address: str, report: Path) -> dict[str, Any]:
    """One report."""
    command = [str(lighthouse), address, "--quiet", "--output=json", f"--output-path={report}", f"--chrome-flags={CHROME}"]
    command.append(f"--only-categories=performance,{','.join(WHOLE)}")
    # A home of its own, so that it asks nobody whether it may send reports.
    environ = {**os.environ, "CHROME_PATH": executable(), "HOME": str(report.parent), "CI": "1"}
    subprocess.run(command, env=environ, check=True, timeout=180, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_finds_nothing_to_better(lighthouse: Path, town: LiveProcess, tmp_path: Path, page: str) -> None:
    reports = [looked_at(lighthouse, town.base_url + page, tmp_path / f"{number}.json") for number in range(RUNS)]
    for report in reports:
        scores = {name: score_of(report, name) for name in WHOLE}
        assert scores == dict.fromkeys(WHOLE, 100), f"{page}: {scores}; {missed(report)}"
    performance = [score_of(report, "performance") for report in reports]
    print(f"{page}: performance {sorted(performance)}, {', '.join(WHOLE)} 100")  # noqa: T201
    assert statistics.median(performance) >= LEAST_PERFORMANCE, f"{page}: {performance}; {missed(reports[-1], 'performance')}"


def score_of(report: dict[str, Any], name: str) -> int:
    """A category's score, of 100."""
    return round(100 * (report["categories"][name]["score"] or 0))


def missed(report: dict[str, Any], *names: str) -> list[str]:
    """What cost points."""
    refs = [ref for name in names or WHOLE for ref in report["categories"][name]["auditRefs"] if ref["weight"]]
    audits = [report["audits"][ref["id"]] for ref in refs]
    return [f"{one['id']}: {one['title']} ({one.get('displayValue', '')})" for one in audits if one["score"] not in (None, 1)]
