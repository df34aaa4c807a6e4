"""Books for tests: the accounts and funds that the demo has, and money in them, by the ledger's own verbs."""

from __future__ import annotations

from datetime import date
from itertools import count

from sqlalchemy.orm import Session

from fundapp.core import clock
from fundapp.ledger import chart, checkpoints, queries, sealing, service, signing
from fundapp.ledger.checkpoints import CheckpointView
from fundapp.ledger.notes import Signer
from fundapp.ledger.service import Line, Posted

FUNDS = (
    ("rough-sleepers", "Rough sleepers grant", chart.Restriction.RESTRICTED, "To remove practical barriers for people who sleep rough."),
    ("public-giving", "Public giving", chart.Restriction.RESTRICTED, "To remove practical barriers, as the appeal says."),
    ("general", "General fund", chart.Restriction.UNRESTRICTED, "Whatever serves the charity's purposes."),
)
HELP = (("help-phone", "Phones"), ("help-id", "Identity documents"), ("help-furniture", "Furniture packs"))

_nth = count(1)


def open_books(session: Session) -> None:
    """Open what is not open yet: the standard accounts, three kinds of help and the demo's three funds."""
    service.open_standard_accounts(session, actor="system")
    accounts = {account.code for account in queries.accounts(session)}
    for code, name in HELP:
        if code not in accounts:
            service.open_account(session, code=code, name=name, kind=chart.AccountKind.EXPENSE, actor="system")
    funds = {fund.code for fund in queries.funds(session)}
    for code, name, restriction, purpose in FUNDS:
        if code not in funds:
            service.open_fund(session, code=code, name=name, restriction=restriction, purpose=purpose, actor="system")


def pay_in(session: Session, amount_pence: int, fund: str = "public-giving", *, on: date | None = None, key: str = "") -> Posted:
    """Money that reached the bank: awards can be made from it, and paid."""
    subject = key or f"test-money:{next(_nth)}"
    return service.post(
        session,
        event_key=subject,
        kind="contribution.received",
        happened_on=on or clock.today(),
        lines=[Line(chart.BANK, chart.CONTRIBUTIONS, fund, amount_pence)],
        actor="system",
        subject=subject,
    )


def award(session: Session, amount_pence: int, fund: str = "public-giving", *, on: date | None = None, key: str = "") -> Posted:
    """Money set aside for a phone."""
    subject = key or f"test-grant:{next(_nth)}"
    return service.spend(
        session,
        event_key=f"{subject}:award",
        kind="grant.awarded",
        happened_on=on or clock.today(),
        lines=[Line("help-phone", chart.GRANTS_PAYABLE, fund, amount_pence)],
        actor="system",
        subject=subject,
    )


ORIGIN = "changing-lives-fund.example/test"
SIGNER = Signer.generate(ORIGIN)


def seal(session: Session, signer: Signer = SIGNER) -> CheckpointView:
    """Seal and sign all that waits, by a key of the tests', and tell the checkpoint."""
    signing.introduce_key(session, vkey=signer.verifier.vkey, actor="system")
    while (found := sealing.seal(session, origin=ORIGIN, signer=signer)) and found.entries:
        pass
    newest = checkpoints.latest(session)
    assert newest is not None
    return newest
