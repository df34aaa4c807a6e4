"""Every field that the installed library says an object has is there, in the right kind, down to each part."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from typing import Any

import pytest
import stripe

from tests.builders.stand_in import StandIn
from tests.integration.stripe_stand_in.conftest import Opened

# Left out by Stripe too where they do not apply, or until they are expanded.
SOMETIMES = {
    "Session": {"line_items", "presentment_details", "redirect_on_completion", "tax_id_collection", "name_collection"},
    "PaymentIntent": {"hooks", "payment_details", "presentment_details"},
    "Charge": {"level3", "presentment_details", "refunds", "transfer"},
    "Refund": {
        "description",
        "failure_balance_transaction",
        "failure_reason",
        "instructions_email",
        "next_action",
        "payment_method",
        "presentment_details",
    },
    "Balance": {"connect_reserved", "instant_available", "issuing", "refund_and_dispute_prefunding"},
}


def gaps(cls: type, told: dict[str, Any]) -> Iterator[str]:
    """What is missing of a class, or null where the class has no null."""
    for name, hint in cls.__annotations__.items():
        if name.isupper() or name.startswith("_") or name in SOMETIMES.get(cls.__name__, set()):
            continue
        if name not in told:
            yield f"{name} is missing"
        elif told[name] is None and not _may_be_null(hint):
            yield f"{name} is null"


def _may_be_null(hint: Any) -> bool:
    return typing.get_origin(hint) in {typing.Union, types.UnionType} and type(None) in typing.get_args(hint)


@pytest.fixture
def told(stand_in: StandIn, client: stripe.StripeClient, open_gift: Opened) -> dict[type, list[dict[str, Any]]]:
    """Everything the stand-in can answer with, in its states."""
    paid, declined, still_open = open_gift(), open_gift(), open_gift()
    stand_in.pay(paid.id)
    stand_in.decline(declined.id)
    [charge] = [one for one in client.v1.charges.list().data if one.paid]
    client.v1.refunds.create({"charge": charge.id, "amount": 100})
    assert still_open.url is not None
    v1 = client.v1
    return {
        stripe.checkout.Session: [one.to_dict() for one in v1.checkout.sessions.list().data],
        stripe.PaymentIntent: [one.to_dict() for one in v1.payment_intents.list().data],
        stripe.Charge: [one.to_dict() for one in v1.charges.list().data],
        stripe.Refund: [one.to_dict() for one in v1.refunds.list().data],
        stripe.BalanceTransaction: [one.to_dict() for one in v1.balance_transactions.list().data],
        stripe.Event: [one.to_dict() for one in v1.events.list().data],
        stripe.Balance: [v1.balance.retrieve().to_dict()],
    }


def test_every_field_the_library_knows_is_there(told: dict[type, list[dict[str, Any]]]) -> None:
    found = {f"{cls.__name__}: {gap}" for cls, objects in told.items() for one in objects for gap in gaps(cls, one)}

    assert found == set()
    assert {cls.__name__: len(objects) for cls, objects in told.items()} == {
        "Session": 3,
        "PaymentIntent": 2,
        "Charge": 2,
        "Refund": 1,
        "BalanceTransaction": 2,
        "Event": 8,
        "Balance": 1,
    }


def test_no_field_is_there_that_the_library_does_not_know(told: dict[type, list[dict[str, Any]]]) -> None:
    extra = {
        f"{cls.__name__}.{name}" for cls, objects in told.items() for one in objects for name in one if name not in cls.__annotations__
    }

    assert extra == set()


def test_the_parts_of_an_object_are_whole_as_well(told: dict[type, list[dict[str, Any]]]) -> None:
    charge = next(one for one in told[stripe.Charge] if one["paid"])
    failed = next(one for one in told[stripe.Charge] if not one["paid"])
    session = next(one for one in told[stripe.checkout.Session] if one["status"] == "complete")
    parts: list[tuple[type, dict[str, Any]]] = [
        (stripe.Charge.BillingDetails, charge["billing_details"]),
        (stripe.checkout.Session.TotalDetails, session["total_details"]),
        (stripe.checkout.Session.AutomaticTax, session["automatic_tax"]),
        (stripe.checkout.Session.CustomText, session["custom_text"]),
        (stripe.BalanceTransaction.FeeDetail, next(one for one in told[stripe.BalanceTransaction] if one["fee"])["fee_details"][0]),
    ]
    leave = {"breakdown", "rule"}

    missing = {f"{cls.__qualname__}: {gap}" for cls, part in parts for gap in gaps(cls, part) if gap.split(" ")[0] not in leave}

    assert missing == set()
    for outcome in (charge["outcome"], failed["outcome"]):
        assert set(outcome) <= set(stripe.Charge.Outcome.__annotations__)
    assert set(session["customer_details"]) == set(stripe.checkout.Session.CustomerDetails.__annotations__)
