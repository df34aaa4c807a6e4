"""The parameters each address takes, as tables (read in stripe 16.1's types, API 2026-10-28.endive)."""

from __future__ import annotations

from fundapp.stripe_stand_in.params import Currency, Email, Flag, Gone, Group, Kind, Labels, ListOf, OneOf, Span, Text, Url, Whole
from fundapp.stripe_stand_in.shapes import names

LOCALES = names(
    """auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl
    sv th tr vi zh zh-HK zh-TW"""
)
FONTS = names(
    """be_vietnam_pro bitter chakra_petch default hahmlet inconsolata inter lato lora m_plus_1_code montserrat noto_sans
    noto_sans_jp noto_serif nunito open_sans pridi pt_sans pt_serif raleway roboto roboto_slab source_sans_pro titillium_web
    ubuntu_mono zen_maru_gothic"""
)
TRANSACTION_TYPES = names(
    """adjustment advance advance_funding anticipation_repayment application_fee application_fee_refund charge climate_order_purchase
    climate_order_refund connect_collection_transfer contribution fee_credit_funding inbound_transfer inbound_transfer_reversal
    issuing_authorization_hold issuing_authorization_release issuing_dispute issuing_transaction obligation_outbound
    obligation_reversal_inbound payment payment_failure_refund payment_refund payment_reversal payment_unreconciled payout payout_cancel
    payout_failure refund refund_failure reserve_hold reserve_release reserve_transaction reserved_funds stripe_fee stripe_fx_fee tax_fee
    tax_fund topup topup_reversal transfer transfer_cancel transfer_failure transfer_refund"""
)

EXPAND: dict[str, Kind] = {"expand": ListOf(Text(), most=20)}
RETRIEVE = Group(EXPAND)
PAGE: dict[str, Kind] = {
    **EXPAND,
    "limit": Whole(least=1, most=100),
    "starting_after": Text(),
    "ending_before": Text(),
    "created": Span(),
}

# Months alone, one at a time.
RECURRING = Group(
    {"interval": OneOf(("day", "month", "week", "year"), played=("month",)), "interval_count": Whole(least=1, most=1)},
    required=("interval",),
)
SUBSCRIPTION_DATA = Group(
    {"description": Text(most=500), "metadata": Labels()},
    elsewhere=names(
        """application_fee_percent billing_cycle_anchor billing_cycle_anchor_config billing_mode default_tax_rates invoice_settings
        on_behalf_of pending_invoice_item_interval proration_behavior transfer_data trial_end trial_period_days trial_settings"""
    ),
)
AFTER_EXPIRATION = Group({"recovery": Group({"allow_promotion_codes": Flag(only=False), "enabled": Flag()}, required=("enabled",))})

_message = Group({"message": Text(most=1200)}, required=("message",))
_price_data = Group(
    {
        "currency": Currency(),
        "unit_amount": Whole(),
        "product_data": Group(
            {"name": Text(), "description": Text(), "metadata": Labels(), "unit_label": Text(most=12)},
            required=("name",),
            elsewhere=("images", "tax_code", "tax_details"),
        ),
        "recurring": RECURRING,
        "tax_behavior": OneOf(("exclusive", "inclusive", "unspecified"), played=("unspecified",)),
    },
    required=("currency",),
    elsewhere=("product", "unit_amount_decimal"),
)
_line_item = Group(
    {"price_data": _price_data, "quantity": Whole(least=1, most=999_999), "metadata": Labels()},
    elsewhere=("adjustable_quantity", "price", "tax_rates"),
)
_intent_data = Group(
    {
        "description": Text(most=1000),
        "metadata": Labels(),
        "receipt_email": Email(),
        "statement_descriptor_suffix": Text(most=22),
        "capture_method": OneOf(("automatic", "automatic_async", "manual"), played=("automatic_async",)),
    },
    elsewhere=names("application_fee_amount on_behalf_of setup_future_usage shipping statement_descriptor transfer_data transfer_group"),
)
_branding = Group(
    {
        "background_color": Text(most=7),
        "border_style": OneOf(("pill", "rectangular", "rounded")),
        "button_color": Text(most=7),
        "display_name": Text(),
        "font_family": OneOf(FONTS),
    },
    elsewhere=("icon", "logo"),
)
_off = Group({"enabled": Flag(only=False)}, required=("enabled",))

SESSION_CREATE = Group(
    {
        **EXPAND,
        "after_expiration": AFTER_EXPIRATION,
        "adaptive_pricing": Group({"enabled": Flag(only=False)}),
        "automatic_tax": _off,
        "billing_address_collection": OneOf(("auto", "required"), played=("auto",)),
        "branding_settings": _branding,
        "cancel_url": Url(),
        "client_reference_id": Text(most=200),
        "currency": Currency(),
        "custom_text": Group({"submit": _message, "after_submit": _message}, elsewhere=("shipping_address", "terms_of_service_acceptance")),
        "customer_creation": OneOf(("always", "if_required"), played=("if_required",)),
        "customer_email": Email(),
        "expires_at": Whole(most=99_999_999_999),
        "integration_identifier": Text(),
        "invoice_creation": _off,
        "line_items": ListOf(_line_item),
        "locale": OneOf(LOCALES),
        "metadata": Labels(),
        "mode": OneOf(("payment", "setup", "subscription"), played=("payment", "subscription")),
        "origin_context": OneOf(("mobile_app", "web")),
        "payment_intent_data": _intent_data,
        "payment_method_types": Gone("Use allowed_payment_method_types (changed in 2026-09-30.endive)."),
        "phone_number_collection": _off,
        "submit_type": OneOf(("auto", "book", "donate", "pay", "subscribe"), played=("auto", "book", "donate", "pay", "subscribe")),
        "subscription_data": SUBSCRIPTION_DATA,
        "success_url": Url(),
        "tax_id_collection": _off,
        "ui_mode": OneOf(("elements", "embedded_page", "form", "hosted_page"), played=("hosted_page",)),
    },
    elsewhere=names(
        """allow_promotion_codes allowed_payment_method_types consent_collection custom_fields customer customer_account
        customer_update discounts excluded_payment_method_types managed_payments name_collection optional_items payment_method_collection
        payment_method_configuration payment_method_data payment_method_options permissions redirect_on_completion return_url
        saved_payment_method_options setup_intent_data shipping_address_collection shipping_options wallet_options"""
    ),
)
SESSION_LIST = Group(
    {**PAGE, "customer": Text(), "payment_intent": Text(), "status": OneOf(("complete", "expired", "open")), "subscription": Text()},
    elsewhere=("customer_account", "customer_details", "payment_link"),
)
SESSION_LINE_ITEMS = Group({**EXPAND, "limit": Whole(least=1, most=100), "starting_after": Text(), "ending_before": Text()})
INTENT_LIST = Group(PAGE, elsewhere=("customer", "customer_account"))
CHARGE_LIST = Group({**PAGE, "payment_intent": Text()}, elsewhere=("customer", "transfer_group"))
TRANSACTION_LIST = Group({**PAGE, "currency": Currency(), "payout": Text(), "source": Text(), "type": OneOf(TRANSACTION_TYPES)})
REFUND_CREATE = Group(
    {
        **EXPAND,
        "amount": Whole(least=1),
        "charge": Text(),
        "payment_intent": Text(),
        "metadata": Labels(),
        "reason": OneOf(("duplicate", "fraudulent", "requested_by_customer")),
    },
    elsewhere=("currency", "customer", "instructions_email", "origin", "refund_application_fee", "reverse_transfer"),
)
REFUND_UPDATE = Group({**EXPAND, "metadata": Labels()})
REFUND_LIST = Group({**PAGE, "charge": Text(), "payment_intent": Text()})
EVENT_LIST = Group({**PAGE, "type": Text(), "types": ListOf(Text(), most=20), "delivery_success": Flag()})
