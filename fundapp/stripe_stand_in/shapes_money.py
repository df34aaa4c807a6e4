"""Disputes and payouts as they begin, so that every field the library knows is there."""

from __future__ import annotations

from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.shapes import names

EVIDENCE = names(
    """access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal customer_communication
    customer_email_address customer_name customer_purchase_ip customer_signature duplicate_charge_documentation
    duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy refund_policy_disclosure
    refund_refusal_explanation service_date service_documentation shipping_address shipping_carrier shipping_date shipping_documentation
    shipping_tracking_number uncategorized_file uncategorized_text"""
)
PAYOUT_NULLS = names(
    """application_fee application_fee_amount description failure_balance_transaction failure_code failure_message original_payout
    payout_method reversed_by statement_descriptor trace_id"""
)


def dispute_base(due_by: int) -> Json:
    """A dispute that nobody has answered."""
    details = {"due_by": due_by, "enhanced_eligibility": {}, "has_evidence": False, "past_due": False, "submission_count": 0}
    return {
        "object": "dispute",
        "balance_transactions": [],
        "currency": "gbp",
        "enhanced_eligibility_types": [],
        "evidence": dict.fromkeys(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": details,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "83",
        "payment_method_details": {"card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "83"}, "type": "card"},
    }


def payout_base(destination: str) -> Json:
    """A payout to the account's bank, on its way."""
    return dict.fromkeys(PAYOUT_NULLS) | {
        "object": "payout",
        "automatic": True,
        "currency": "gbp",
        "destination": destination,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "in_progress",
        "source_type": "card",
        "status": "pending",
        "type": "bank_account",
    }


def bank_debit(charge_id: str) -> Json:
    """What a charge by bank debit has otherwise than one by card, while its bank thinks about it."""
    debit = {"expected_debit_date": None, "fingerprint": "StandInTestBank0", "last4": "2345", "mandate": None, "sort_code": "108800"}
    return {
        "id": charge_id,
        "status": "pending",
        "paid": False,
        "captured": True,
        "payment_method_details": {"bacs_debit": debit, "type": "bacs_debit"},
        "calculated_statement_descriptor": None,
    }


def bank_refused(sentence: str) -> Json:
    """What a charge says when the bank says no, at once or late."""
    outcome = {
        "network_status": "declined_by_network",
        "reason": "insufficient_funds",
        "risk_level": "not_assessed",
        "type": "issuer_declined",
    }
    words = {"advice_code": None, "network_advice_code": None, "network_decline_code": None, "seller_message": sentence}
    return {
        "status": "failed",
        "paid": False,
        "failure_code": "insufficient_funds",
        "failure_message": sentence,
        "outcome": outcome | words,
    }
