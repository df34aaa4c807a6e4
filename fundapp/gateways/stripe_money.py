"""Money that moves at Stripe without a donor: every movement of the balance, disputes, payouts, and what stands there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import stripe

from fundapp.gateways.stripe_asking import PAGE, told_plainly
from fundapp.gateways.stripe_facts import (
    BalanceTransaction,
    Dispute,
    Payout,
    read_balance,
    read_dispute,
    read_payout,
    read_transaction,
)

PAYOUT_PARTS = ("balance_transaction", "failure_balance_transaction")


class StripeMoney:
    """The part of the gateway that asks about the account's money."""

    _client: stripe.StripeClient

    def balance_transactions(self, created_since: datetime) -> Iterator[BalanceTransaction]:
        """Every movement of the Stripe balance since then, newest first. Raises StripeFault."""
        with told_plainly():
            since = int(created_since.timestamp())
            pages = self._client.v1.balance_transactions.list({"created": {"gte": since}, "limit": PAGE})
            for one in pages.auto_paging_iter():
                movement = read_transaction(one.to_dict(for_json=True))
                if movement is not None:
                    yield movement

    def balance_pence(self) -> int:
        """What stands in the Stripe balance, available and pending together. Raises StripeFault."""
        with told_plainly():
            return read_balance(self._client.v1.balance.retrieve().to_dict(for_json=True))

    def disputes(self, created_since: datetime) -> Iterator[Dispute]:
        """Every dispute since then, newest first. Raises StripeFault."""
        with told_plainly():
            since = int(created_since.timestamp())
            for one in self._client.v1.disputes.list({"created": {"gte": since}, "limit": PAGE}).auto_paging_iter():
                yield read_dispute(one.to_dict(for_json=True))

    def disputes_of(self, charge_id: str) -> tuple[Dispute, ...]:
        """A charge's disputes, oldest first. Raises StripeFault."""
        with told_plainly():
            pages = self._client.v1.disputes.list({"charge": charge_id, "limit": PAGE})
            return tuple(reversed([read_dispute(one.to_dict(for_json=True)) for one in pages.auto_paging_iter()]))

    def fetch_dispute(self, dispute_id: str) -> Dispute:
        """A dispute with what it moved. Raises StripeFault."""
        with told_plainly():
            return read_dispute(self._client.v1.disputes.retrieve(dispute_id).to_dict(for_json=True))

    def fetch_payout(self, payout_id: str) -> Payout:
        """A payout with its own movements. Raises StripeFault."""
        with told_plainly():
            return read_payout(self._client.v1.payouts.retrieve(payout_id, {"expand": list(PAYOUT_PARTS)}).to_dict(for_json=True))

    def payouts(self, created_since: datetime) -> Iterator[Payout]:
        """Every payout since then, newest first. Raises StripeFault."""
        parts = [f"data.{part}" for part in PAYOUT_PARTS]
        with told_plainly():
            since = int(created_since.timestamp())
            pages = self._client.v1.payouts.list({"created": {"gte": since}, "limit": PAGE, "expand": parts})
            for one in pages.auto_paging_iter():
                yield read_payout(one.to_dict(for_json=True))

    def movements_of(self, payout_id: str) -> tuple[BalanceTransaction, ...]:
        """What an automatic payout is made of, without the payout's own line: oldest first, all pages. Raises StripeFault.

        Stripe tells it of automatic payouts alone, and only when their reconciliation is completed
        (docs.stripe.com/payouts/reconciliation).
        """
        with told_plainly():
            pages = self._client.v1.balance_transactions.list({"payout": payout_id, "limit": PAGE})
            found = [read_transaction(one.to_dict(for_json=True)) for one in pages.auto_paging_iter()]
            return tuple(one for one in reversed(found) if one is not None and one.source_id != payout_id)
