"""The parts of customers, subscriptions, invoices and portal sessions that never vary here."""

from __future__ import annotations

from fundapp.stripe_stand_in.faults import Json
from fundapp.stripe_stand_in.shapes import names

SELF = {"type": "self"}

CUSTOMER_NULLS = names("address currency customer_account default_source description discount name phone shipping test_clock")
SUBSCRIPTION_NULLS = names(
    """application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at customer_account
    days_until_due default_source description ended_at latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of
    pause_collection pending_invoice_item_interval pending_setup_intent pending_update schedule test_clock transfer_data trial_end
    trial_start"""
)
INVOICE_NULLS = names(
    """account_country account_name account_tax_ids application automatically_finalizes_at custom_fields customer_account customer_address
    customer_name customer_phone customer_shipping default_payment_method default_source description due_date ending_balance footer
    from_invoice invoice_pdf last_finalization_error latest_revision next_payment_attempt on_behalf_of receipt_number rendering
    shipping_cost shipping_details statement_descriptor test_clock webhooks_delivered_at"""
)


def customer_base() -> Json:
    """Somebody who gives monthly, before their address is known."""
    invoices = dict.fromkeys(names("custom_fields default_payment_method footer rendering_options"))
    return dict.fromkeys(CUSTOMER_NULLS) | {
        "object": "customer",
        "balance": 0,
        "delinquent": False,
        "invoice_settings": invoices,
        "livemode": False,
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def subscription_base() -> Json:
    """A subscription that was paid for the first time."""
    pay = {"payment_method_options": None, "payment_method_types": ["card"], "save_default_payment_method": "off"}
    return dict.fromkeys(SUBSCRIPTION_NULLS) | {
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"type": "classic", "flexible": None},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": dict.fromkeys(names("comment feedback reason")),
        "collection_method": "charge_automatically",
        "currency": "gbp",
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": SELF},
        "livemode": False,
        "payment_settings": pay,
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def invoice_base() -> Json:
    """An invoice of a subscription, before anybody has tried to have it paid."""
    tax = {"disabled_reason": None, "enabled": False, "liability": None, "provider": None, "status": None}
    return dict.fromkeys(INVOICE_NULLS) | {
        "object": "invoice",
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_shipping": 0,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": tax,
        "collection_method": "charge_automatically",
        "currency": "gbp",
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_tax_rates": [],
        "discounts": [],
        "hosted_invoice_url": None,
        "issuer": SELF,
        "livemode": False,
        "metadata": {},
        "payment_settings": dict.fromkeys(names("default_mandate payment_method_options payment_method_types")),
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "status": "open",
        "status_transitions": dict.fromkeys(names("finalized_at marked_uncollectible_at paid_at voided_at")),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def invoice_line_base() -> Json:
    """The one line of such an invoice."""
    return {
        "object": "line_item",
        "currency": "gbp",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "livemode": False,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": 1,
        "quantity_decimal": "1",
        "taxes": [],
    }


def month_of(price: Json) -> Json:
    """A price that comes round every month."""
    return price | {"type": "recurring", "recurring": {"interval": "month", "interval_count": 1, "meter": None, "usage_type": "licensed"}}


def portal_session_base() -> Json:
    """A visit to the portal."""
    nulls = dict.fromkeys(names("after_expiration customer_account flow on_behalf_of"))
    return nulls | {"object": "billing_portal.session", "livemode": False, "configuration": "bpc_standin"}
