"""Kinds of parameter, and how each is read from text. A name that no table lists is refused, at any depth."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from fundapp.stripe_stand_in.encoding import Raw
from fundapp.stripe_stand_in.faults import invalid, not_modelled

# A host and perhaps a port; no name or password before it.
HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Kind(Protocol):
    """Reads one raw value. `path` names the parameter in the refusal, as Stripe does: a[0][b]."""

    def read(self, raw: Raw, path: str) -> Any: ...


def _text(raw: Raw, path: str) -> str:
    if not isinstance(raw, str):
        raise invalid(f"Invalid string: {path} is an object or a list.", param=path)
    if raw == "":
        message = (
            f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; "
            f"however '{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value."
        )
        raise invalid(message, code="parameter_invalid_empty", param=path)
    return raw


@dataclass(frozen=True, slots=True)
class Text:
    """Text of at most `most` characters (Stripe's limit for most ids and names is 5,000)."""

    most: int = 5000

    def read(self, raw: Raw, path: str) -> str:
        text = _text(raw, path)
        if len(text) > self.most:
            message = f"Invalid string: {text[:20]}…; must be at most {self.most} characters"
            raise invalid(message, code="parameter_invalid_string_length", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds."""

    least: int = 0
    most: int = 99_999_999

    def read(self, raw: Raw, path: str) -> int:
        text = _text(raw, path)
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise invalid(f"Invalid integer: {text[:40]}", code="parameter_invalid_integer", param=path)
        number = int(text)
        if number < self.least:
            raise invalid(f"This value must be greater than or equal to {self.least}.", code="parameter_invalid_integer", param=path)
        if number > self.most:
            raise invalid(f"This value must be less than or equal to {self.most}.", code="parameter_invalid_integer", param=path)
        return number


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false. `only` refuses the other one, where the stand-in plays one of them alone."""

    only: bool | None = None

    def read(self, raw: Raw, path: str) -> bool:
        text = _text(raw, path)
        if text not in {"true", "false"}:
            raise invalid(f"Invalid boolean: {text[:40]}", code="parameter_invalid_boolean", param=path)
        value = text == "true"
        if self.only is not None and value is not self.only:
            raise not_modelled(f"{path}={text}", path)
        return value


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the values that Stripe knows; of those, `played` are the ones this stand-in plays (all, when empty)."""

    known: Sequence[str]
    played: Sequence[str] = ()

    def read(self, raw: Raw, path: str) -> str:
        text = _text(raw, path)
        if text not in self.known:
            names = ", ".join(self.known[:-1]) + (" or " if len(self.known) > 1 else "") + self.known[-1]
            raise invalid(f"Invalid {path}: must be one of {names}", param=path)
        if self.played and text not in self.played:
            raise not_modelled(f"{path}={text}", path)
        return text


@dataclass(frozen=True, slots=True)
class Currency:
    """A three-letter currency. The stand-in's account knows pounds alone."""

    def read(self, raw: Raw, path: str) -> str:
        text = _text(raw, path).lower()
        if not re.fullmatch(r"[a-z]{3}", text):
            raise invalid(f"Invalid currency: {text[:40]}.", param=path)
        if text != "gbp":
            raise not_modelled(f"the currency {text}", path)
        return text


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address, checked no further than its shape."""

    def read(self, raw: Raw, path: str) -> str:
        text = _text(raw, path)
        if not EMAIL.fullmatch(text) or len(text) > 512:
            # Stripe repeats the address here. The stand-in does not, so that no test's log holds one.
            raise invalid("Invalid email address.", code="email_invalid", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute web address."""

    def read(self, raw: Raw, path: str) -> str:
        text = _text(raw, path)
        try:
            address = urlsplit(text)
            named = address.scheme in {"http", "https"} and HOST.fullmatch(address.netloc) is not None
            good = named and len(text) <= 5000 and text.isprintable()
        except ValueError:
            good = False
        if not good:
            raise invalid("Not a valid URL", code="url_invalid", param=path)
        return text


@dataclass(frozen=True, slots=True)
class Labels:
    """Metadata: up to 50 keys of 40 characters, values of 500 (docs.stripe.com/api/metadata)."""

    def read(self, raw: Raw, path: str) -> dict[str, str]:
        if raw == "":
            return {}
        if isinstance(raw, str):
            raise invalid(f"Invalid object: {path} must be a set of key-value pairs.", param=path)
        labels: dict[str, str] = {}
        for key, value in raw.items():
            if not isinstance(value, str):
                raise invalid(f"Metadata values must be strings, but {path}[{key}] is an object.", param=f"{path}[{key}]")
            if len(key) > 40:
                raise invalid(f"Metadata keys can have up to 40 characters; yours has {len(key)}.", param=path)
            if len(value) > 500:
                message = f"Metadata values can have up to 500 characters, but you passed in a value that is {len(value)}."
                raise invalid(message, param=f"{path}[{key}]")
            if value:
                labels[key] = value
        if len(labels) > 50:
            raise invalid("Metadata can have up to 50 keys.", param=path)
        return labels


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list, whose keys are 0, 1, 2…"""

    item: Kind
    most: int = 100

    def read(self, raw: Raw, path: str) -> list[Any]:
        if isinstance(raw, str) or not all(key.isdecimal() for key in raw):
            raise invalid(f"Invalid array: {path}", param=path)
        if len(raw) > self.most:
            raise invalid(f"Invalid array: {path} can have at most {self.most} values.", param=path)
        return [self.item.read(raw[key], f"{path}[{key}]") for key in sorted(raw, key=int)]


@dataclass(frozen=True, slots=True)
class Group:
    """An object with named parameters. `elsewhere` are names Stripe knows and the stand-in does not play."""

    fields: Mapping[str, Kind]
    required: Sequence[str] = ()
    elsewhere: Sequence[str] = field(default=())

    def read(self, raw: Raw, path: str = "") -> dict[str, Any]:
        if isinstance(raw, str):
            raise invalid(f"Invalid object: {path}", param=path)
        for name in raw:
            self._known(name, _inside(path, name))
        for name in self.required:
            if name not in raw:
                at = _inside(path, name)
                raise invalid(f"Missing required param: {at}.", code="parameter_missing", param=at)
        return {name: self.fields[name].read(value, _inside(path, name)) for name, value in raw.items()}

    def _known(self, name: str, path: str) -> None:
        if name in self.fields:
            return
        if name in self.elsewhere:
            raise not_modelled(f"the parameter {path}", path)
        raise invalid(f"Received unknown parameter: {path}", code="parameter_unknown", param=path)


@dataclass(frozen=True, slots=True)
class Maybe:
    """Something that empty text unsets: read as an empty object then."""

    kind: Kind

    def read(self, raw: Raw, path: str) -> Any:
        return {} if raw == "" else self.kind.read(raw, path)


@dataclass(frozen=True, slots=True)
class Span:
    """A moment, or an interval of moments: created=…, created[gte]=… (seconds since 1970)."""

    def read(self, raw: Raw, path: str) -> dict[str, int]:
        moment = Whole(most=99_999_999_999)
        if isinstance(raw, str):
            at = moment.read(raw, path)
            return {"gte": at, "lte": at}
        return Group({"gt": moment, "gte": moment, "lt": moment, "lte": moment}).read(raw, path)


@dataclass(frozen=True, slots=True)
class Gone:
    """A parameter that this version of the API took away."""

    message: str

    def read(self, raw: Raw, path: str) -> Any:  # noqa: ARG002 - refused whatever it is
        raise invalid(f"Received unknown parameter: {path}. {self.message}", code="parameter_unknown", param=path)


def _inside(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name
