"""`python -m tests.pictures`: the contact sheet. script/contact-sheet sets up first what it needs."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from fundapp.config import ROOT
from tests.pictures import sheet
from tests.pictures.covering import uncovered
from tests.pictures.shown import ROOMS
from tests.pictures.stage import raised
from tests.support.postgres import migrated, running

FOLDER = ROOT / "instance" / "contact-sheet"


def main(arguments: list[str]) -> int:
    """Take the pictures. 1 when a page of the URL map has none, 2 when nothing fits `--only`."""
    parser = argparse.ArgumentParser(prog="script/contact-sheet", description="Pictures of every page in every state.")
    parser.add_argument(
        "--only", metavar="PATH", default="", help="only addresses that begin so, like /finance; or a room: " + ", ".join(ROOMS)
    )
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=FOLDER, help="where to; what it holds is replaced")
    chosen = parser.parse_args(arguments)
    pages = [
        (room, shown) for room, ones in ROOMS.items() for shown in ones if shown.address.startswith(chosen.only) or room == chosen.only
    ]
    if not pages:
        sys.stderr.write(f"No page is shown at “{chosen.only}”.\n")
        return 2
    began, folder = time.monotonic(), chosen.output.resolve()
    if (folder / "pages.json").exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as open_now:
        scratch = Path(open_now.enter_context(tempfile.TemporaryDirectory(prefix="fundapp-pictures-")))
        cluster = migrated(open_now.enter_context(running(scratch)))
        stage = open_now.enter_context(raised(cluster, scratch))
        taken, faults = sheet.take(stage, pages, folder)
        faults += uncovered(stage.town.settings)
    index = sheet.write_index(folder, taken)
    sheets = sheet.write_sheets(folder, taken)
    sys.stdout.write(
        f"{len(taken)} pages, {4 * len(taken)} pictures in {time.monotonic() - began:.0f} s.\n{index}\n{len(sheets)} sheets beside it.\n"
    )
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
