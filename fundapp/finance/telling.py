"""What an entry tells, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import reduce

from fundapp.core import days
from fundapp.core.language import gettext as _
from fundapp.core.money import pounds
from fundapp.finance.ledger_words import month_words
from fundapp.ledger import chart
from fundapp.ledger.entries import EntryView
from fundapp.ledger.posting import TOLD_ON


def told(entry: EntryView) -> str:
    """What happened, as one or two plain sentences."""
    teller = _TELLERS.get(entry.kind)
    if teller and (entry.lines or entry.kind in _RECORDS):
        return teller(entry)
    if not entry.lines:
        return _("Something was put on record. No money moved.")
    went = _("%(amount)s went from %(source)s to %(target)s.")
    lines = ({"amount": pounds(line.amount_pence), "source": line.credit_name, "target": line.debit_name} for line in entry.lines)
    return " ".join(went % line for line in lines)


def moved_days(entry: EntryView) -> list[str]:
    """Sentences for an entry that is dated on another day than what it tells."""
    said = []
    if TOLD_ON in entry.private_particulars:
        late = _("It happened on %(day)s. The books of that day were closed by then, so it is dated %(dated)s, the first open day.")
        said.append(late % {"day": _day(entry.private_particulars[TOLD_ON]), "dated": days.day(entry.happened_on)})
    if "original_on" in entry.private_particulars:
        said.append(_("What it takes back happened on %(day)s.") % {"day": _day(entry.private_particulars["original_on"])})
    return said


def _pence(entry: EntryView, *, debit: str = "", credit: str = "") -> int:
    return sum(line.amount_pence for line in entry.lines if debit in ("", line.debit) and credit in ("", line.credit))


def _charged(entry: EntryView) -> str:
    gave = _("Somebody gave %(amount)s by card. What the card company keeps of it was not known yet.")
    return gave % {"amount": pounds(entry.amount_pence)}


def _settled(entry: EntryView) -> str:
    fee, came = _pence(entry, debit=chart.PROCESSING_FEES), _pence(entry, debit=chart.STRIPE_BALANCE)
    kept = _("The card company kept %(fee)s. %(amount)s of the gift reached the Stripe balance and can be used.")
    return kept % {"fee": pounds(fee), "amount": pounds(came)}


def _received(entry: EntryView) -> str:
    came = _("Somebody gave %(amount)s by cheque or bank. One officer entered it, another found it on the statement.")
    return came % {"amount": pounds(entry.amount_pence)}


def _refunded(entry: EntryView) -> str:
    if by_bank := _pence(entry, credit=chart.BANK):
        return _("%(amount)s left the bank, back to whoever gave it. One officer entered it, another agreed.") % {"amount": pounds(by_bank)}
    left = _("%(amount)s left the Stripe balance, back to whoever gave it.")
    return left % {"amount": pounds(_pence(entry, credit=chart.STRIPE_BALANCE))}


def _disputed(entry: EntryView) -> str:
    taken, fee = _pence(entry, debit=chart.DISPUTED), _pence(entry, debit=chart.DISPUTE_FEES)
    took = _("The donor’s bank took %(amount)s back while it looks into the gift. Stripe charged %(fee)s for that.")
    return took % {"amount": pounds(taken), "fee": pounds(fee)}


def _reinstated(entry: EntryView) -> str:
    back = _("%(amount)s of a disputed gift came back to the Stripe balance.")
    return back % {"amount": pounds(_pence(entry, credit=chart.DISPUTED))}


def _lost(entry: EntryView) -> str:
    gone = _("The donor’s bank kept %(amount)s of a disputed gift for good.")
    return gone % {"amount": pounds(_pence(entry, credit=chart.DISPUTED))}


def _failed(entry: EntryView) -> str:
    took = _("The donor’s bank had agreed to %(amount)s, and took it back days later.")
    return took % {"amount": pounds(_pence(entry, debit=chart.DONATIONS) or _pence(entry, debit=chart.SUSPENSE))}


def _paid_out(entry: EntryView) -> str:
    out, back = _pence(entry, debit=chart.PAYOUTS_IN_TRANSIT), _pence(entry, credit=chart.PAYOUTS_IN_TRANSIT)
    went = _("%(amount)s left Stripe for the bank, each fund’s share of it for that fund. It is on its way until the bank has it.")
    return went % {"amount": pounds(out - back)}


def _contributed(entry: EntryView) -> str:
    came = _("%(amount)s from a service or a grant-maker reached the bank, for %(fund)s.")
    return came % {"amount": pounds(entry.amount_pence), "fund": _fund(entry)}


def _awarded(entry: EntryView) -> str:
    agreed = _("An approver agreed to a request: %(amount)s was set aside for %(help)s, out of %(fund)s.")
    return agreed % {"amount": pounds(entry.amount_pence), "help": _help(entry), "fund": _fund(entry)}


def _paid(entry: EntryView) -> str:
    left = _("%(amount)s that was set aside left the bank. One person entered the payment and another released it.")
    return left % {"amount": pounds(entry.amount_pence)}


def _released(entry: EntryView) -> str:
    freed = _("%(amount)s that was set aside for %(help)s was not needed, and went back to %(fund)s.")
    return freed % {"amount": pounds(entry.amount_pence), "help": _help(entry), "fund": _fund(entry)}


def _reversed(entry: EntryView) -> str:
    back = _("Entry %(number)s was taken back, line for line, the other way round. Both stay.")
    return back % {"number": f"{entry.reverses:,}"}


def _unknown(entry: EntryView) -> str:
    moved = _("%(amount)s moved at Stripe and belongs to no gift of ours. It is kept apart until somebody explains it.")
    return moved % {"amount": pounds(entry.amount_pence)}


def _opened(entry: EntryView) -> str:
    return _("“%(name)s” was opened. No money moved.") % {"name": entry.public_particulars.get("name", "")}


def _renamed(entry: EntryView) -> str:
    called = _("It is called “%(name)s” from here on. Its code and its money stay.")
    return called % {"name": entry.public_particulars.get("name", "")}


def _sealed(entry: EntryView) -> str:
    left = pounds(int(entry.public_particulars.get("left_pence", 0)))
    said = _("The books of %(month)s were sealed with their totals, for ever. %(amount)s was left at the end.")
    return said % {"month": _month(entry), "amount": left}


def _published(_entry: EntryView) -> str:
    return _("What a quarter’s money did was published, as the open books say it. No money moved.")


def _audited(entry: EntryView) -> str:
    said = _("What was done on %(day)s, %(events)s acts of the audit trail, was sealed: none of them can be changed unnoticed.")
    facts = entry.public_particulars
    return said % {"day": _day(str(facts["day"])), "events": f"{int(facts.get('events', 0)):,}"}


def _key_in(_entry: EntryView) -> str:
    return _("From here on this key may sign what the ledger is. No money moved.")


def _key_out(_entry: EntryView) -> str:
    return _("From here on this key signs no more. What it signed before stays as good as it was.")


_RECORDS = {
    "account.opened": _opened,
    "account.renamed": _renamed,
    "audit.sealed": _audited,
    "fund.opened": _opened,
    "key.introduced": _key_in,
    "key.retired": _key_out,
    "period.sealed": _sealed,
    "quarter.published": _published,
}
_TELLERS = {
    "contribution.received": _contributed,
    "gift.charged": _charged,
    "gift.disputed": _disputed,
    "gift.failed": _failed,
    "gift.lost": _lost,
    "gift.received": _received,
    "gift.refunded": _refunded,
    "gift.reinstated": _reinstated,
    "gift.settled": _settled,
    "grant.awarded": _awarded,
    "grant.paid": _paid,
    "grant.released": _released,
    "reversal": _reversed,
    "stripe.paid-out": _paid_out,
    "stripe.unknown": _unknown,
    **_RECORDS,
}


def _fund(entry: EntryView) -> str:
    return _together(line.fund_name for line in entry.lines)


def _help(entry: EntryView) -> str:
    return _together(line.debit_name if line.debit.startswith(chart.HELP) else line.credit_name for line in entry.lines)


def _together(names: Iterable[str]) -> str:
    """Names, each once, in one row of words."""
    return reduce(lambda one, other: _("%(one)s and %(other)s") % {"one": one, "other": other}, dict.fromkeys(names))


def _month(entry: EntryView) -> str:
    return month_words(entry.public_particulars["month"])


def _day(iso: str) -> str:
    return days.day(date.fromisoformat(iso))
