"""Every export there is, in one list. A new one adds its line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from fundapp.core.errors import NotFound
from fundapp.core.language import gettext as _
from fundapp.core.language import marked
from fundapp.core.spreadsheet import chunks
from fundapp.finance.exports import beancount, hledger, trial_balance
from fundapp.finance.exports.books import Books


@dataclass(frozen=True, slots=True)
class Export:
    """One form of the books."""

    # As the command and the address call it.
    name: str
    # In English, to be looked up where they are said.
    label: str
    words: str
    media_type: str
    suffix: str
    content: Callable[[Books], Iterator[bytes]]

    def file_name(self, until: date) -> str:
        """What the file is called that somebody takes away."""
        return f"fund-{self.name}-{until}.{self.suffix}"


def _text(lines: Callable[[Books], Iterator[str]]) -> Callable[[Books], Iterator[bytes]]:
    return lambda books: chunks(lines(books))


EXPORTS = {
    export.name: export
    for export in (
        Export(
            "beancount",
            "Beancount",
            marked("Every entry, for Beancount and Fava. “bean-check” sums it all up again."),
            "text/plain",
            "beancount",
            _text(beancount.lines),
        ),
        Export(
            "hledger",
            "hledger",
            marked("Every entry, for hledger. “hledger check --strict” sums it all up again."),
            "text/plain",
            "journal",
            _text(hledger.lines),
        ),
        Export(
            "trial-balance",
            marked("Trial balance"),
            marked("Each account in each fund, with totals, for a spreadsheet (CSV)."),
            "text/csv",
            "csv",
            _text(trial_balance.lines),
        ),
    )
}


def find(name: str) -> Export:
    """The export of this name. Raises NotFound."""
    if name not in EXPORTS:
        raise NotFound(_("There is no export called “%(name)s”.") % {"name": name[:40]})
    return EXPORTS[name]
