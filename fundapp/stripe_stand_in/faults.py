"""The refusals that Stripe's API answers with, in its own error shape."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class StripeFault(Exception):
    """An answer other than 200. Idempotency keys do not remember it: the request never began."""

    def __init__(self, status: int, kind: str, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.code = code
        self.param = param

    def body(self, request_id: str) -> Json:
        """The error as Stripe writes it; absent parts are left out, as Stripe does."""
        error: Json = {"message": self.message, "type": self.kind, "request_log_url": f"/_control/requests?id={request_id}"}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://docs.stripe.com/error-codes#{self.code.replace('_', '-')}"
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, *, code: str | None = None, param: str | None = None, status: int = 400) -> StripeFault:
    """A request that breaks a rule."""
    return StripeFault(status, "invalid_request_error", message, code=code, param=param)


def missing(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeFault:
    """No object of this kind has this id. 404 when the address names it, 400 when a parameter does."""
    return invalid(f"No such {kind.replace('_', ' ')}: '{object_id}'", code="resource_missing", param=param, status=status)


def not_modelled(what: str, param: str | None = None) -> StripeFault:
    """Something real Stripe takes and this stand-in does not play. Refused aloud, never ignored in silence."""
    return invalid(f"The stand-in does not model {what}; Stripe itself may take it.", code="stand_in_not_modelled", param=param)
