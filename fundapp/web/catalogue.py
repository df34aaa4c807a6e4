"""`python -m fundapp.web.catalogue`: gather every word into `locale/fund.pot`, bring translations up to date, compile them.

A build step, for a checkout with the dev packages (Babel). What it writes is committed; a test sees that it is up to date.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fundapp.config import ROOT
from fundapp.core.language import DOMAIN, ENGLISH, FOLDER, LANGUAGES

if TYPE_CHECKING:
    from babel.messages import Catalog

METHODS = [("fundapp/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
KEYWORDS = {"gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_": None, "lazy": None, "marked": None}
OPTIONS = {pattern: {"trimmed": "true", "silent": "false"} for pattern, method in METHODS if method == "jinja2"}
# A catalogue that says when it was made would never be the same twice.
MADE = datetime(2026, 11, 22, tzinfo=UTC)


@cache
def gathered() -> Catalog:
    """Every word of code and templates."""
    from babel.messages import Catalog
    from babel.messages.extract import extract_from_dir

    words = Catalog(project="Changing Lives Fund", creation_date=MADE, revision_date=MADE, charset="utf-8")
    for folder in ("fundapp", "templates"):
        methods = [(pattern.partition("/")[2], method) for pattern, method in METHODS if pattern.startswith(folder)]
        options = {pattern: OPTIONS.get(f"{folder}/{pattern}", {}) for pattern, _ in methods}
        found = extract_from_dir(ROOT / folder, methods, options, KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True)
        for name, _line, message, comments, context in found:
            # By file alone: line numbers would change with every edit.
            words.add(message, None, [(f"{folder}/{name}", 0)], auto_comments=comments, context=context)
    return words


def translated(code: str, words: Catalog) -> Catalog:
    """A language's catalogue, brought up to date: words that are gone are dropped, new ones stand untranslated."""
    from babel.messages.pofile import read_po

    with place(code).with_suffix(".po").open("rb") as file:
        catalog = read_po(file, locale=code)
    catalog.update(words, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    return catalog


def place(code: str) -> Path:
    """Where a language's files lie, without their ending."""
    return FOLDER / code / "LC_MESSAGES" / DOMAIN


def written() -> dict[Path, bytes]:
    """Every file of the catalogue as it should be."""
    words = gathered()
    files = {FOLDER / f"{DOMAIN}.pot": _po(words)}
    for code in LANGUAGES:
        if code != ENGLISH:
            catalog = translated(code, words)
            files[place(code).with_suffix(".po")] = _po(catalog)
            files[place(code).with_suffix(".mo")] = _mo(catalog)
    return files


def missing(code: str, files: tuple[str, ...]) -> list[str]:
    """The words of some files (by the beginning of their path) that a language does not have yet."""
    return [
        str(message.id)
        for message in translated(code, gathered())
        if message.id and any(name.startswith(files) for name, _ in message.locations) and not _is_whole(message.string)
    ]


def _is_whole(string: str | Sequence[str] | None) -> bool:
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


def _po(catalog: Catalog) -> bytes:
    from babel.messages.pofile import write_po

    out = io.BytesIO()
    write_po(out, catalog, width=120, sort_output=True, include_lineno=False, ignore_obsolete=True, omit_header=False)
    return out.getvalue()


def _mo(catalog: Catalog) -> bytes:
    from babel.messages.mofile import write_mo

    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    """Write all of it."""
    for path, content in written().items():
        path.write_bytes(content)
        sys.stdout.write(f"{path.relative_to(ROOT)}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
