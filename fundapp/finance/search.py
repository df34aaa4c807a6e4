"""Finding entries of the ledger, and gifts by what their receipts are called, for those who keep the books or look over them."""

from __future__ import annotations

from flask import url_for

from fundapp.core.actor import Actor
from fundapp.core.language import gettext as _
from fundapp.core.language import lazy
from fundapp.core.money import pounds
from fundapp.finance import ledger_words
from fundapp.giving import queries as giving
from fundapp.ledger import finding
from fundapp.web.filters import day, moment
from fundapp.web.searching import Asked, Found, Hit
from fundapp.web.session import db

ENTRY_NAMES = ("e", "entry", "entries")
ENTRY_HINT = lazy("a ledger entry’s number, what it is about, like grant:417, or an amount, like £12.50")
RECEIPT_HINT = lazy("a receipt’s number, like 7F3A09BC")


def entries(_actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Entries by number, event, subject or Stripe’s reference; for an amount, the way to every movement of it."""
    if asked.pence is not None:
        amount = f"{asked.pence // 100}.{asked.pence % 100:02d}"
        url = url_for("ledger_desk.entries", least=amount, most=amount)
        return Found([Hit(_("Every movement of %(amount)s") % {"amount": pounds(asked.pence)}, url, _("In the ledger"))], 1)
    references = [asked.text] if ":" in asked.text else [f"charge:{asked.text}"] if asked.text.startswith(("ch_", "py_")) else []
    if asked.number is None and not references:
        return Found()
    rows, total = finding.find(db(), number=asked.number, references=references, limit=limit, offset=offset)
    hits = [
        Hit(
            title=_("Entry %(number)s") % {"number": f"{row.number:,}"},
            url=url_for("ledger_desk.entry", number=row.number),
            detail=f"{ledger_words.kind_words(row.kind)} · {day(row.happened_on)}",
            exact=row.number == asked.number,
        )
        for row in rows
    ]
    return Found(hits, total)


def receipts(_actor: Actor, asked: Asked, limit: int, offset: int) -> Found:
    """Gifts by their receipt’s number. Nothing of it says who gave."""
    if asked.name or asked.pence is not None:
        return Found()
    rows, total = giving.by_receipt(db(), asked.code, limit=limit, offset=offset)
    hits = [
        Hit(
            title=_("Receipt %(number)s, %(amount)s") % {"number": row.id.hex[:8].upper(), "amount": pounds(row.amount_pence)},
            url=url_for("ledger_desk.entries", subject=row.subject),
            detail=_("Given %(moment)s") % {"moment": moment(row.paid_at)} if row.paid_at else _("Not paid"),
            exact=total == 1,
        )
        for row in rows
    ]
    return Found(hits, total)
