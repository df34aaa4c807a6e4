"""What Beancount and hledger make of an export: their complaints, and their own sums by account and fund, in pence."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Custom, Open, Transaction

Pair = tuple[str, str]


@dataclass
class Summed:
    """What a program read. `entries`: the postings of each entry by its number, in order, as (account, fund) and pence."""

    balances: dict[Pair, int] = field(default_factory=lambda: defaultdict(int))
    entries: dict[int, list[tuple[Pair, int]]] = field(default_factory=dict)
    # Accounts as the chart has them, and pairs of account and fund.
    accounts: set[str] = field(default_factory=set)
    complaints: str = ""
    # Directives of Beancount, for a closer look.
    directives: list[Any] = field(default_factory=list)

    @property
    def standing(self) -> dict[Pair, int]:
        """The balances that are not nothing."""
        return {pair: pence for pair, pence in self.balances.items() if pence}


def by_beancount(content: bytes) -> Summed:
    """Load a file as bean-check does."""
    directives, errors, options = loader.load_string(content.decode())
    found = Summed(complaints="\n".join(error.message for error in errors), directives=directives)
    assert options["tolerance_multiplier"] == 0
    pairs: dict[str, Pair] = {}
    for one in directives:
        if isinstance(one, Open):
            pairs[one.account] = (one.meta["code"], one.meta.get("fund", ""))
            found.accounts.add(one.meta["code"])
            assert one.currencies == ["GBP"]
        elif isinstance(one, Transaction):
            legs = [(pairs[leg.account], _pence(leg.units.number)) for leg in one.postings]
            _add(found, int(one.meta["entry"]), legs)
        elif isinstance(one, Custom):
            found.entries[int(one.meta["entry"])] = []
    return found


def by_hledger(path: Path) -> Summed:
    """Check a file strictly, then let hledger sum it. Records are comments to it, so they are not among its entries."""
    checked = hledger(path, "check", "--strict", "ordereddates")
    if checked.returncode:
        return Summed(complaints=checked.stderr or "hledger refused it without a word")
    found = Summed(complaints=checked.stdout + checked.stderr)
    found.accounts = {one.split(":")[1] for one in hledger(path, "accounts", "--declared").stdout.split()}
    rows, _ = json.loads(hledger(path, "balance", "--flat", "-O", "json").stdout)
    for name, _, _, amounts in rows:
        found.balances[_pair(name)] = sum(_mantissa(one) for one in amounts)
    for one in json.loads(hledger(path, "print", "-O", "json").stdout):
        if one["tcode"]:
            legs = [(_pair(leg["paccount"]), sum(_mantissa(amount) for amount in leg["pamount"])) for leg in one["tpostings"]]
            found.entries[int(one["tcode"])] = legs
    return found


def hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run hledger on a file. It reads UTF-8 where the locale says so."""
    program = shutil.which("hledger")
    assert program, "hledger is missing: apt-get install hledger (script/test does it as root)"
    environ = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(path.parent)}
    return subprocess.run([program, "-f", str(path), *arguments], env=environ, capture_output=True, text=True, timeout=60, check=False)


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the command that people run."""
    program = Path(sys.executable).with_name("bean-check")
    environ = {"PATH": os.defpath, "HOME": str(path.parent)}
    return subprocess.run([str(program), "--no-cache", str(path)], env=environ, capture_output=True, text=True, timeout=60, check=False)


def _add(found: Summed, number: int, legs: list[tuple[Pair, int]]) -> None:
    assert number not in found.entries, f"entry {number} stands twice"
    found.entries[number] = legs
    for pair, pence in legs:
        found.balances[pair] += pence


def _pair(name: str) -> Pair:
    _, account, fund = name.split(":")
    return account, fund


def _pence(number: Any) -> int:
    assert number * 100 == int(number * 100)
    return int(number * 100)


def _mantissa(amount: dict[str, Any]) -> int:
    assert amount["acommodity"] == "GBP"
    assert amount["aquantity"]["decimalPlaces"] <= 2
    return int(amount["aquantity"]["decimalMantissa"]) * 10 ** (2 - int(amount["aquantity"]["decimalPlaces"]))
