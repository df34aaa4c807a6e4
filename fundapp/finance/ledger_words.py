"""How the ledger's own words are said on a page."""

from __future__ import annotations

from datetime import date

from fundapp.core.money import pounds
from fundapp.ledger import chart
from fundapp.ledger.chart import AccountKind
from fundapp.ledger.entries import EntryView
from fundapp.ledger.posting import TOLD_ON

KINDS = {
    "account.opened": "Account opened",
    "account.renamed": "Account renamed",
    "contribution.received": "Contribution from a service",
    "fund.moved": "Moved between funds",
    "fund.opened": "Fund opened",
    "gift.charged": "Gift by card",
    "gift.refunded": "Gift given back",
    "gift.settled": "Card fee known",
    "grant.awarded": "Grant agreed",
    "grant.paid": "Grant paid",
    "grant.released": "Grant not needed after all",
    "key.introduced": "Signing key introduced",
    "key.retired": "Signing key retired",
    "period.sealed": "Month sealed",
    "quarter.published": "Quarter published",
    "reversal": "Correction",
    "stripe.unknown": "Not yet understood",
}

# Who acts without being a person.
PLAIN_KINDS = {"system": "The Fund, by itself", "donor": "The donor", "stripe": "Stripe"}

# Why, where the ledger has a code for it.
REASONS = {
    "came-back": "The payment came back",
    "entered-twice": "It was entered twice",
    "not-needed": "It was not needed after all",
    "refund-failed": "The refund could not be paid out",
    "spent-less": "It cost less than was agreed",
}

# Ids longer than this are cut on a page; days are not.
LONG = 12

# What a reference is about, with where the ledger's reader can go on from there; `{}` takes what follows the colon.
SUBJECTS = {
    "account": "The account {}",
    "charge": "A payment at Stripe that belongs to no gift of ours",
    "contribution": "Contribution {}",
    "donation": "A gift",
    "fund": "The fund {}",
    "grant": "Request {}",
    "key": "A signing key",
    "period": "The books to {}",
    "quarter": "The quarter {}",
    "stripe": "A movement at Stripe that nobody has explained",
}

# What stands alone as what a page is about, and has no number that people know.
_NEAR = {"charge": "this payment", "donation": "this gift", "key": "this key", "stripe": "this movement"}

# What a month's seal says in public, in the order of a page.
PUBLIC_FIGURES = (
    ("received_pence", "Received", "given and paid in, less what was given back"),
    ("fees_pence", "Fees", "kept by the card company"),
    ("awarded_pence", "Agreed", "set aside for people, less what was not needed"),
    ("paid_pence", "Paid", "of what was agreed, in this month or before"),
    ("left_pence", "Left", "all the Fund’s money at the end, promised or not"),
)

# Kinds of account, in the order of a page, and what stands on their own side.
ACCOUNT_KINDS = {
    AccountKind.ASSET: ("What the Fund has", "Places where money lies, and what others owe"),
    AccountKind.LIABILITY: ("What the Fund owes", "Promised to somebody, and not yet paid"),
    AccountKind.INCOME: ("What came in", "All that was ever received"),
    AccountKind.EXPENSE: ("What it went on", "All that was ever spent or promised"),
    AccountKind.FUND: ("Between funds", "Nothing, in all funds together"),
}


def kind_words(kind: str) -> str:
    """What happened, in words; a kind that nobody has put into words is shown as it stands."""
    return KINDS.get(kind, kind)


def reason_words(reason: str) -> str:
    """Why, in words; a code that nobody has put into words is read as it stands."""
    return REASONS.get(reason, reason.replace("-", " ").capitalize())


def subject_words(subject: str) -> str:
    """What an entry is about, in words."""
    what, _, which = subject.partition(":")
    return SUBJECTS[what].format(which) if what in SUBJECTS else subject


def about_words(subject: str) -> str:
    """What an entry is about, behind the word "about": "this gift", "request 417"."""
    what = subject.partition(":")[0]
    if what in _NEAR:
        return _NEAR[what]
    words = subject_words(subject)
    return words[:1].lower() + words[1:] if what in SUBJECTS else cut(subject)


def cut(reference: str) -> str:
    """A reference with a long id cut to its first eight signs, which tell it apart well enough on a page."""
    what, colon, which = reference.partition(":")
    return f"{what}{colon}{which[:8]}…" if len(which) > LONG else reference


def month_words(month: str) -> str:
    """A month as the ledger writes it, in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def people_in(reference: str) -> list[int]:
    """The account's id in a reference like user:7, if it is one."""
    what, _, identity = reference.partition(":")
    return [int(identity)] if what == "user" and identity.isascii() and identity.isdigit() else []


def told(entry: EntryView) -> str:
    """What happened, as one or two plain sentences."""
    teller = _TELLERS.get(entry.kind)
    if teller and (entry.lines or entry.kind in _RECORDS):
        return teller(entry)
    if not entry.lines:
        return "Something was put on record. No money moved."
    return " ".join(f"{pounds(line.amount_pence)} went from {line.credit_name} to {line.debit_name}." for line in entry.lines)


def moved_days(entry: EntryView) -> list[str]:
    """Sentences for an entry that is dated on another day than what it tells."""
    said = []
    if TOLD_ON in entry.private_particulars:
        day, dated = _day(entry.private_particulars[TOLD_ON]), _words(entry.happened_on)
        said.append(f"It happened on {day}. The books of that day were closed by then, so it is dated {dated}, the first open day.")
    if "original_on" in entry.private_particulars:
        said.append(f"What it takes back happened on {_day(entry.private_particulars['original_on'])}.")
    return said


def _pence(entry: EntryView, *, debit: str = "", credit: str = "") -> int:
    return sum(line.amount_pence for line in entry.lines if debit in ("", line.debit) and credit in ("", line.credit))


def _charged(entry: EntryView) -> str:
    return f"Somebody gave {pounds(entry.amount_pence)} by card. What the card company keeps of it was not known yet."


def _settled(entry: EntryView) -> str:
    fee, came = _pence(entry, debit=chart.PROCESSING_FEES), _pence(entry, debit=chart.STRIPE_BALANCE)
    return f"The card company kept {pounds(fee)}. {pounds(came)} of the gift reached the Stripe balance and can be used."


def _refunded(entry: EntryView) -> str:
    return f"{pounds(_pence(entry, credit=chart.STRIPE_BALANCE))} left the Stripe balance, back to whoever gave it."


def _contributed(entry: EntryView) -> str:
    return f"{pounds(entry.amount_pence)} from a service or a grant-maker reached the bank, for {_fund(entry)}."


def _awarded(entry: EntryView) -> str:
    return f"An approver agreed to a request: {pounds(entry.amount_pence)} was set aside for {_help(entry)}, out of {_fund(entry)}."


def _paid(entry: EntryView) -> str:
    return f"{pounds(entry.amount_pence)} that was set aside left the bank. One person entered the payment and another released it."


def _released(entry: EntryView) -> str:
    return f"{pounds(entry.amount_pence)} that was set aside for {_help(entry)} was not needed, and went back to {_fund(entry)}."


def _reversed(entry: EntryView) -> str:
    return f"Entry {entry.reverses:,} was taken back, line for line, the other way round. Both stay."


def _unknown(entry: EntryView) -> str:
    return f"{pounds(entry.amount_pence)} moved at Stripe and belongs to no gift of ours. It is kept apart until somebody explains it."


def _opened(entry: EntryView) -> str:
    return f"“{entry.public_particulars.get('name', '')}” was opened. No money moved."


def _renamed(entry: EntryView) -> str:
    return f"It is called “{entry.public_particulars.get('name', '')}” from here on. Its code and its money stay."


def _sealed(entry: EntryView) -> str:
    left = pounds(int(entry.public_particulars.get("left_pence", 0)))
    return f"The books of {_month(entry)} were sealed with their totals, for ever. {left} was left at the end."


def _published(_entry: EntryView) -> str:
    return "What a quarter’s money did was published, as the open books say it. No money moved."


def _key_in(_entry: EntryView) -> str:
    return "From here on this key may sign what the ledger is. No money moved."


def _key_out(_entry: EntryView) -> str:
    return "From here on this key signs no more. What it signed before stays as good as it was."


_RECORDS = {
    "account.opened": _opened,
    "account.renamed": _renamed,
    "fund.opened": _opened,
    "key.introduced": _key_in,
    "key.retired": _key_out,
    "period.sealed": _sealed,
    "quarter.published": _published,
}
_TELLERS = {
    "contribution.received": _contributed,
    "gift.charged": _charged,
    "gift.refunded": _refunded,
    "gift.settled": _settled,
    "grant.awarded": _awarded,
    "grant.paid": _paid,
    "grant.released": _released,
    "reversal": _reversed,
    "stripe.unknown": _unknown,
    **_RECORDS,
}


def _fund(entry: EntryView) -> str:
    return " and ".join(dict.fromkeys(line.fund_name for line in entry.lines))


def _help(entry: EntryView) -> str:
    names = [line.debit_name if line.debit.startswith(chart.HELP) else line.credit_name for line in entry.lines]
    return " and ".join(dict.fromkeys(names))


def _month(entry: EntryView) -> str:
    return month_words(entry.public_particulars["month"])


def _day(iso: str) -> str:
    return _words(date.fromisoformat(iso))


def _words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
