"""Runs under the Python that has django-hordak: `hordak_peer.py post SECONDS NAME`, as tests/benchmarks/client.py does for us.

The idiom is its own documentation's: a transaction with legs, in one atomic block.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import date

import dj_database_url
import django
from django.conf import settings

settings.configure(
    DATABASES={"default": dj_database_url.parse(os.environ["BENCH_DATABASE"])},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
    CURRENCIES=["GBP"],
    DEFAULT_CURRENCY="GBP",
    HORDAK_INTERNAL_CURRENCY="GBP",
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from hordak.models import Account, Leg, Transaction  # noqa: E402
from moneyed import Money  # noqa: E402


def account(code: str, kind: str) -> Account:
    """An account, made on first use."""
    found = Account.objects.filter(code=code).first()
    return found or Account.objects.create(name=code, code=code, type=kind, currencies=["GBP"])


def main(seconds: float) -> None:
    """Post for some seconds, and write how often."""
    call_command("migrate", verbosity=0)
    balance, fees, clearing = account("1", "AS"), account("2", "EX"), account("3", "AS")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    done, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        with transaction.atomic():
            event = Transaction.objects.create(date=date(2026, 11, 14), description="gift settled")
            Leg.objects.create(transaction=event, account=balance, debit=Money("9.65", "GBP"))
            Leg.objects.create(transaction=event, account=fees, debit=Money("0.35", "GBP"))
            Leg.objects.create(transaction=event, account=clearing, credit=Money("10.00", "GBP"))
        done += 1
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main(float(sys.argv[2]))
