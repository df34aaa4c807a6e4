"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from fundapp.core.errors import FundError
from fundapp.core.language import gettext as _


def write(path: Path, content: Iterable[bytes]) -> None:
    """Write beside and rename at the end: whoever breaks it off leaves what stood there before.

    What is not a plain file (a pipe, /dev/null) is written to as it is. Raises FundError with a sentence.
    """
    target = path.resolve()
    if not target.parent.is_dir():
        raise FundError(_("There is no folder %(folder)s to write %(name)s into.") % {"folder": target.parent, "name": target.name})
    try:
        with _opened(target) as file:
            for chunk in content:
                file.write(chunk)
    except BrokenPipeError:
        raise
    except OSError as error:
        said = _("%(path)s could not be written: %(fault)s.")
        raise FundError(said % {"path": target, "fault": error.strerror or error}) from error


@contextmanager
def _opened(target: Path) -> Iterator[IO[bytes]]:
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
