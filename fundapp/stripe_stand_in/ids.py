"""Ids that look as Stripe's do."""

from __future__ import annotations

import secrets
import string

LETTERS = string.ascii_letters + string.digits


def new(prefix: str, length: int = 24) -> str:
    """A fresh random id: ch_…, pi_…, evt_…"""
    return prefix + "_" + "".join(secrets.choice(LETTERS) for _ in range(length))
