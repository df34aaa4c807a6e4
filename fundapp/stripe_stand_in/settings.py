"""What the stand-in can be told: fees, delays, retries. Kept in its store; changed by the command line and the control API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them, with the values a fresh store begins with."""

    # How long after the charge its fee (the balance transaction) becomes known. Stripe takes seconds to an hour.
    fee_delay_seconds: float = 3.0
    # 150 is 1.5 %; with 20p this is the published price for a UK card in 2026, before any charity rate.
    fee_basis_points: int = 150
    fee_fixed_pence: int = 20
    # What Stripe takes for a dispute, and whether it gives that back when the dispute is won.
    dispute_fee_pence: int = 2000
    dispute_fee_returned: bool = False
    # How long money stays pending in the Stripe balance.
    available_after_days: int = 3
    # The first retry of a bell that was not answered, doubled each time up to the longest wait, for three days.
    retry_first_seconds: float = 1.0
    retry_longest_seconds: float = 3600.0
    delivery_timeout_seconds: float = 10.0
    # Bells are kept back until released.
    held: bool = False
    # What a new refund is at first: succeeded, as with cards, or pending, as with bank methods.
    refunds_begin: str = "succeeded"
    # How far the stand-in's clock is ahead of the machine's; below nought, behind it.
    clock_offset_seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Settings:
        """From what the store holds; names it no longer knows are left out."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """With these values instead. Raises ValueError with a sentence."""
        kinds = {f.name: f.default for f in fields(self)}
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"There is no setting called {name}.")
            _check(name, value, kinds[name])
        return replace(self, **values)


def _check(name: str, value: Any, default: Any) -> None:
    if isinstance(default, bool):
        good = isinstance(value, bool)
    elif isinstance(default, str):
        good = value in {"succeeded", "pending"}
    elif isinstance(default, int):
        good = type(value) is int and 0 <= value <= 1_000_000
    else:
        # The clock alone may stand behind, for a history to be written.
        least = -(10**9) if name == "clock_offset_seconds" else 0
        good = type(value) in {int, float} and least <= value <= 10**9
    if not good:
        raise ValueError(f"The setting {name} cannot be {value!r}.")
