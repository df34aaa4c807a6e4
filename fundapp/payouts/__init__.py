"""Paying grants: one finance officer enters a payment, another releases it or sends it back."""
