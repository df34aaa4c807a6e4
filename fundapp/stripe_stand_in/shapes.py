"""The parts of Stripe's objects that never vary here, so that every field the library knows is there."""

from __future__ import annotations

from fundapp.stripe_stand_in.faults import Json


def names(text: str) -> tuple[str, ...]:
    """Names written with spaces between."""
    return tuple(text.split())


SESSION_NULLS = names(
    """after_expiration allow_promotion_codes allowed_payment_method_types client_secret collected_information consent consent_collection
    currency_conversion customer customer_account customer_details excluded_payment_method_types invoice managed_payments optional_items
    payment_intent payment_link payment_method_configuration_details permissions recovered_from return_url saved_payment_method_options
    setup_intent shipping_address_collection shipping_cost subscription wallet_options"""
)
INTENT_NULLS = names(
    """allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at cancellation_reason customer
    customer_account excluded_payment_method_types last_payment_error latest_charge managed_payments next_action on_behalf_of payment_method
    payment_method_configuration_details payment_record processing review setup_future_usage shipping source statement_descriptor
    transfer_data transfer_group"""
)
CHARGE_NULLS = names(
    """application application_fee application_fee_amount authorization_code balance_transaction customer failure_balance_transaction
    failure_code failure_message on_behalf_of receipt_number receipt_url review shipping source source_transfer statement_descriptor
    transfer_data transfer_group"""
)


def session_base() -> Json:
    """A session in payment mode as it opens, but for what the caller chose."""
    off = {"enabled": False}
    invoice = dict.fromkeys(names("account_tax_ids custom_fields description footer issuer rendering_options")) | {"metadata": {}}
    return dict.fromkeys(SESSION_NULLS) | {
        "object": "checkout.session",
        "adaptive_pricing": off,
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "currency": "gbp",
        "custom_fields": [],
        "customer_creation": "if_required",
        "discounts": [],
        "invoice_creation": {"enabled": False, "invoice_data": invoice},
        "livemode": False,
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": off,
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
    }


def branding() -> Json:
    """How the account's pages look when the caller does not say."""
    colours = {"background_color": "#ffffff", "button_color": "#0074d4"}
    return colours | {"border_style": "rounded", "display_name": "", "font_family": "default", "icon": None, "logo": None}


def price(unit_amount: int) -> Json:
    """The part of an inline price that does not vary, and its amount."""
    nulls = names("custom_unit_amount lookup_key nickname recurring tiers_mode transform_quantity")
    return dict.fromkeys(nulls) | {
        "object": "price",
        "active": False,
        "billing_scheme": "per_unit",
        "currency": "gbp",
        "livemode": False,
        "metadata": {},
        "tax_behavior": "unspecified",
        "type": "one_time",
        "unit_amount": unit_amount,
        "unit_amount_decimal": str(unit_amount),
    }


def intent_base() -> Json:
    """A payment intent before its first attempt."""
    card = {"installments": None, "mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
    return dict.fromkeys(INTENT_NULLS) | {
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "currency": "gbp",
        "livemode": False,
        "payment_method_options": {"card": card},
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge_base() -> Json:
    """A charge before it is known whether it goes through."""
    return dict.fromkeys(CHARGE_NULLS) | {
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "captured": False,
        "currency": "gbp",
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "paid": False,
        "radar_options": {},
        "refunded": False,
        "status": "pending",
    }


def card(amount: int) -> Json:
    """The test card, and what it was asked for."""
    checks = {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"}
    nulls = dict.fromkeys(names("installments mandate three_d_secure wallet"))
    number = {"brand": "visa", "country": "GB", "exp_month": 12, "exp_year": 2034, "fingerprint": "StandInTestCard0", "last4": "4242"}
    paid = {"amount_authorized": amount, "checks": checks, "funding": "credit", "network": "visa"}
    return {"card": nulls | number | paid, "type": "card"}


def no_address() -> Json:
    """An address nobody gave."""
    return dict.fromkeys(names("city country line1 line2 postal_code state"))


def customer(email: str | None) -> Json:
    """What the page learned about the person: an e-mail address at most."""
    nulls = dict.fromkeys(names("business_name individual_name name phone"))
    return nulls | {"address": no_address(), "email": email, "tax_exempt": "none", "tax_ids": []}


def approved(amount: int) -> Json:
    """What a charge says when the bank agrees."""
    outcome = {"network_status": "approved_by_network", "reason": None, "risk_level": "normal", "type": "authorized"}
    words = {"advice_code": None, "network_advice_code": None, "network_decline_code": None, "seller_message": "Payment complete."}
    return {"status": "succeeded", "paid": True, "captured": True, "amount_captured": amount, "outcome": outcome | words}


def declined(sentence: str) -> Json:
    """What a charge says when the bank does not."""
    outcome = {"network_status": "declined_by_network", "reason": "generic_decline", "risk_level": "normal", "type": "issuer_declined"}
    words = {
        "advice_code": "try_again_later",
        "network_advice_code": None,
        "network_decline_code": "01",
        "seller_message": "The bank did not return any further details with this decline.",
    }
    return {"status": "failed", "failure_code": "card_declined", "failure_message": sentence, "outcome": outcome | words}


def refund_base() -> Json:
    """A refund to the test card."""
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    nulls = names("balance_transaction customer customer_account receipt_number source_transfer_reversal transfer_reversal")
    return dict.fromkeys(nulls) | {"object": "refund", "currency": "gbp", "destination_details": {"card": card, "type": "card"}}
