"""The parameters of subscriptions, invoices, customers and the portal (read in stripe 16.1's types, API 2026-10-28.endive)."""

from __future__ import annotations

from fundapp.stripe_stand_in.params import Currency, Email, Flag, Group, Kind, Labels, ListOf, Maybe, OneOf, Text, Url, Whole
from fundapp.stripe_stand_in.shapes import names
from fundapp.stripe_stand_in.tables import EXPAND, LOCALES, PAGE, RECURRING

_price_data = Group(
    {"currency": Currency(), "product": Text(), "recurring": RECURRING, "unit_amount": Whole()},
    required=("currency", "product", "recurring", "unit_amount"),
    elsewhere=("tax_behavior", "unit_amount_decimal"),
)
_item = Group(
    {"id": Text(), "price_data": _price_data},
    required=("id", "price_data"),
    elsewhere=names("billing_thresholds clear_usage current_trial deleted discounts metadata plan price quantity tax_rates"),
)
_pause = Group(
    {"behavior": OneOf(("keep_as_draft", "mark_uncollectible", "void"), played=("void",))},
    required=("behavior",),
    elsewhere=("resumes_at",),
)

CUSTOMER_LIST = Group({**PAGE, "email": Text(most=512)}, elsewhere=("test_clock",))
CUSTOMER_UPDATE = Group(
    {**EXPAND, "email": Email(), "metadata": Labels(), "name": Text(most=256)},
    elsewhere=names(
        """address balance business_name cash_balance default_source description individual_name invoice_prefix invoice_settings
        next_invoice_sequence phone preferred_locales shipping source tax tax_exempt validate"""
    ),
)
SUBSCRIPTION_UPDATE = Group(
    {
        **EXPAND,
        "cancel_at_period_end": Flag(),
        "items": ListOf(_item, most=20),
        "metadata": Labels(),
        "pause_collection": Maybe(_pause),
        "proration_behavior": OneOf(("always_invoice", "create_prorations", "none")),
    },
    elsewhere=names(
        """add_invoice_items application_fee_percent automatic_tax billing_cycle_anchor billing_schedules billing_thresholds cancel_at
        cancellation_details collection_method days_until_due default_payment_method default_source default_tax_rates description discounts
        invoice_settings off_session on_behalf_of payment_behavior payment_settings pending_invoice_item_interval proration_date
        transfer_data trial_end trial_from_plan trial_settings"""
    ),
)
SUBSCRIPTION_CANCEL = Group({**EXPAND, "invoice_now": Flag(only=False), "prorate": Flag(only=False)}, elsewhere=("cancellation_details",))
SUBSCRIPTION_LIST = Group(
    {
        **PAGE,
        "customer": Text(),
        "status": OneOf(names("active all canceled ended incomplete incomplete_expired past_due paused trialing unpaid")),
    },
    elsewhere=names("automatic_tax collection_method current_period_end current_period_start customer_account plan price test_clock"),
)
INVOICE_LIST = Group(
    {**PAGE, "customer": Text(), "status": OneOf(names("draft open paid uncollectible void")), "subscription": Text()},
    elsewhere=("collection_method", "customer_account", "due_date"),
)
# The stand-in pays an invoice itself; told so, it takes it as paid elsewhere.
INVOICE_PAY = Group({**EXPAND, "paid_out_of_band": Flag()}, elsewhere=("forgive", "mandate", "off_session", "payment_method", "source"))
INVOICE_PAYMENT_LIST = Group(
    {
        **PAGE,
        "invoice": Text(),
        "payment": Group(
            {"payment_intent": Text(), "type": OneOf(("payment_intent", "payment_record"), played=("payment_intent",))},
            required=("type",),
            elsewhere=("payment_record",),
        ),
        "status": OneOf(("canceled", "open", "paid")),
    }
)
_redirect: dict[str, Kind] = {"return_url": Url()}
PORTAL_CREATE = Group(
    {
        **EXPAND,
        "customer": Text(),
        "flow_data": Group(
            {
                "type": OneOf(
                    names("payment_method_update subscription_cancel subscription_pause subscription_update subscription_update_confirm"),
                    played=("payment_method_update",),
                ),
                "after_completion": Group(
                    {
                        "type": OneOf(("hosted_confirmation", "portal_homepage", "redirect")),
                        "redirect": Group(_redirect, required=("return_url",)),
                    },
                    required=("type",),
                    elsewhere=("hosted_confirmation",),
                ),
            },
            required=("type",),
            elsewhere=names("subscription_cancel subscription_pause subscription_update subscription_update_confirm"),
        ),
        "locale": OneOf(LOCALES),
        "return_url": Url(),
    },
    required=("customer",),
    elsewhere=("after_expiration", "configuration", "customer_account", "on_behalf_of"),
)
