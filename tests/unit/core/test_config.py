"""Settings: every fault is told at once, and no demo secret gets into production."""

from typing import Any

import pytest

from fundapp.config import DEMO_PRIVATE_KEY, DEMO_SECRET, DEMO_WEBHOOK_SECRET, Settings, SettingsError

GOOD: dict[str, str] = {
    "FUND_ENV": "production",
    "DATABASE_URL": "postgresql://app@db/fund",
    "SECRET_KEY": "x" * 40,
    "BASE_URL": "https://fund.example.org",
    "STRIPE_SECRET_KEY": "rk_live_abc",
    "STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old",
    "MAIL_URL": "smtps://mail.example.org",
    "PRIVATE_KEYS": f"{'k1' * 16},{'k0' * 16}",
    "LEDGER_ORIGIN": "fund.example.org/ledger",
}


def faults(**changes: str) -> list[str]:
    with pytest.raises(SettingsError) as told:
        Settings.read({**GOOD, **changes})
    return told.value.faults


def test_nothing_need_be_set_for_the_demo() -> None:
    settings = Settings.read({})
    assert settings.env == "demo"
    assert settings.database_url is None
    assert settings.stripe_api_base == "http://127.0.0.1:8001"


def test_good_production_settings_are_taken() -> None:
    settings = Settings.read(GOOD)
    assert settings.stripe_webhook_secrets == ("whsec_new", "whsec_old")
    assert settings.stripe_api_base is None
    assert settings.cookie_name("session").startswith("__Host-")


def test_an_empty_production_hears_of_every_fault_at_once() -> None:
    with pytest.raises(SettingsError) as told:
        Settings.read({"FUND_ENV": "production"})
    text = str(told.value)
    for name in (
        "DATABASE_URL",
        "SECRET_KEY",
        "BASE_URL",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "MAIL_URL",
        "PRIVATE_KEYS",
        "LEDGER_ORIGIN",
    ):
        assert name in text  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": DEMO_SECRET}, "SECRET_KEY"),
        ({"PRIVATE_KEYS": DEMO_PRIVATE_KEY}, "PRIVATE_KEYS"),
        ({"PRIVATE_KEYS": f"{'k1' * 16},k0"}, "PRIVATE_KEYS has a key of less than 32"),
        ({"STRIPE_WEBHOOK_SECRET": DEMO_WEBHOOK_SECRET}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_SECRET_KEY": "sk_test_abc"}, "test key"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:9"}, "live Stripe key is never sent"),
        ({"STRIPE_API_BASE": "https://api.example.org"}, "only name this machine"),
        ({"BASE_URL": "http://fund.example.org"}, "https"),
        ({"MAIL_URL": "file:///tmp/mail"}, "MAIL_URL"),
        ({"MIGRATION_DATABASE_URL": "postgres://app:other@db/fund"}, "same role"),
        ({"LEDGER_ORIGIN": "two words"}, "LEDGER_ORIGIN is one name"),
        ({"LEDGER_ORIGIN": "a+b"}, "LEDGER_ORIGIN is one name"),
        ({"LEDGER_SIGNING_KEY": "x"}, "LEDGER_SIGNING_KEY is not a signing key"),
        ({"PORT": "many"}, "PORT"),
        ({"FUND_ENV": "staging"}, "FUND_ENV"),
    ],
)
def test_each_fault_has_its_sentence(changes: dict[str, Any], words: str) -> None:
    assert any(words in fault for fault in faults(**changes))


def test_a_live_key_never_meets_the_stand_in_even_in_the_demo() -> None:
    with pytest.raises(SettingsError, match="never sent to the stand-in"):
        Settings.read({"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_API_BASE": "http://127.0.0.1:9000", "BASE_URL": "https://a.example"})


def test_a_test_run_never_reaches_stripe_itself() -> None:
    with pytest.raises(SettingsError, match="stand-in alone"):
        Settings.read({"FUND_ENV": "test", "STRIPE_SECRET_KEY": "sk_test_real"})


# Published with Go's golang.org/x/mod/sumdb/note, and so nobody's secret.
SIGNING_KEY = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"


def test_a_web_server_needs_no_signing_key_and_no_settings_show_one() -> None:
    assert Settings.read(GOOD).ledger_signing_key is None
    settings = Settings.read({**GOOD, "LEDGER_SIGNING_KEY": f" {SIGNING_KEY}\n"})
    assert settings.ledger_signing_key == SIGNING_KEY
    assert "AYEKFALVFG" not in repr(settings)
    assert "AYEKFALVFG" not in settings.fingerprint()


@pytest.mark.parametrize(
    "broken",
    [
        SIGNING_KEY[:-1],
        SIGNING_KEY + "A",
        SIGNING_KEY.removeprefix("PRIVATE+"),
        SIGNING_KEY.replace("c74f20a3", "C74F20A3"),
        SIGNING_KEY.replace("Neumann", " Neumann"),
        f"{SIGNING_KEY}\n{SIGNING_KEY}",
        SIGNING_KEY.replace("DFz", "DF="),
    ],
)
def test_a_broken_signing_key_is_refused_and_never_repeated(broken: str) -> None:
    (told,) = faults(LEDGER_SIGNING_KEY=broken)
    assert told == "LEDGER_SIGNING_KEY is not a signing key: it is one line, as “fundapp ledger keys make” prints it."
