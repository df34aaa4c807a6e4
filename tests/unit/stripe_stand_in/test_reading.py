"""Un-bracketing and checking parameters."""

from __future__ import annotations

from typing import Any

import pytest

from fundapp.stripe_stand_in import tables
from fundapp.stripe_stand_in.encoding import decode
from fundapp.stripe_stand_in.faults import StripeFault
from fundapp.stripe_stand_in.params import Flag, Group, Labels, ListOf, OneOf, Span, Text, Url, Whole


def test_brackets_become_nested_values() -> None:
    text = "line_items[0][price_data][currency]=gbp&line_items[1][quantity]=2&expand[]=a&expand[]=b&metadata[a%20b]=%C2%A3"

    assert decode(text) == {
        "line_items": {"0": {"price_data": {"currency": "gbp"}}, "1": {"quantity": "2"}},
        "expand": {"0": "a", "1": "b"},
        "metadata": {"a b": "£"},
    }


@pytest.mark.parametrize("text", ["a=1&a=2", "a=1&a[b]=2", "[a]=1", "a[b=1", "a[[b]]=1", "a", "a=%ff", "a" + "[b]" * 20 + "=1"])
def test_brackets_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(StripeFault) as fault:
        decode(text)

    assert fault.value.status == 400


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Whole(), "0", 0),
        (Flag(), "true", True),
        (Text(most=3), "£££", "£££"),
        (OneOf(("a", "b")), "b", "b"),
        (ListOf(Whole()), {"1": "2", "0": "1"}, [1, 2]),
        (Labels(), {"a": "b", "unset": ""}, {"a": "b"}),
        (Labels(), "", {}),
        (Span(), "5", {"gte": 5, "lte": 5}),
        (Span(), {"gt": "5"}, {"gt": 5}),
        (Url(), "https://fund.example.org:8000/a?b={CHECKOUT_SESSION_ID}", "https://fund.example.org:8000/a?b={CHECKOUT_SESSION_ID}"),
    ],
)
def test_good_values_are_read(kind: Any, raw: Any, value: Any) -> None:
    assert kind.read(raw, "x") == value


@pytest.mark.parametrize(
    ("kind", "raw", "code"),
    [
        (Whole(), "1.5", "parameter_invalid_integer"),
        (Whole(), "٣", "parameter_invalid_integer"),
        (Whole(), "", "parameter_invalid_empty"),
        (Whole(), {"a": "1"}, None),
        (Whole(most=9), "10", "parameter_invalid_integer"),
        (Flag(), "True", "parameter_invalid_boolean"),
        (Flag(only=False), "true", "stand_in_not_modelled"),
        (Text(most=3), "££££", "parameter_invalid_string_length"),
        (OneOf(("a", "b")), "c", None),
        (OneOf(("a", "b"), played=("a",)), "b", "stand_in_not_modelled"),
        (ListOf(Whole()), "1", None),
        (ListOf(Whole(), most=1), {"0": "1", "1": "2"}, None),
        (Labels(), {"a" * 41: "b"}, None),
        (Labels(), {"a": "b" * 501}, None),
        (Labels(), {str(n): "b" for n in range(51)}, None),
        (Labels(), {"a": {"b": "c"}}, None),
        (Url(), "/gifts", "url_invalid"),
        (Url(), "https://name:word@fund.example.org/", "url_invalid"),
        (Url(), "https://a;script-src/", "url_invalid"),
        (Group({"a": Text()}), {"b": "1"}, "parameter_unknown"),
        (Group({"a": Text()}, required=("a",)), {}, "parameter_missing"),
        (Group({}, elsewhere=("b",)), {"b": "1"}, "stand_in_not_modelled"),
    ],
)
def test_bad_values_are_refused(kind: Any, raw: Any, code: str | None) -> None:
    with pytest.raises(StripeFault) as fault:
        kind.read(raw, "x")

    assert (fault.value.status, fault.value.code) == (400, code)


def test_the_refusal_names_the_parameter_as_stripe_does() -> None:
    raw = decode("line_items[0][price_data][currency]=gbp&line_items[0][price_data][colour]=red")

    with pytest.raises(StripeFault) as fault:
        tables.SESSION_CREATE.read(raw)

    assert fault.value.param == "line_items[0][price_data][colour]"
    assert fault.value.message == "Received unknown parameter: line_items[0][price_data][colour]"
