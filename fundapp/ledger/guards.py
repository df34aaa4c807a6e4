"""Whether the database still guards the ledger: triggers, functions, rules, columns and rights, as its own catalogue has them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import NamedTuple, cast

from sqlalchemy import Connection, Table, text

from fundapp.ledger.log_models import BalanceSnapshot, CheckpointRow, LogLeaf, LogTile, Period, Publication, Unsealed
from fundapp.ledger.models import Account, Entry, Fund, Transfer
from fundapp.ledger.verifying import rights, rules

_LOG = (Unsealed, LogLeaf, LogTile, CheckpointRow, BalanceSnapshot, Period, Publication)
TABLES = tuple(cast(Table, model.__table__) for model in (Fund, Account, Entry, Transfer, *_LOG))

# Bits of pg_trigger.tgtype (PostgreSQL, pg_trigger.h).
_ROW, _BEFORE, _INSERT, _DELETE, _UPDATE, _TRUNCATE = 1, 2, 4, 8, 16, 32


class Trigger(NamedTuple):
    """A trigger as it must be: on which table, calling what, when."""

    table: str
    name: str
    function: str
    when: int


class Function(NamedTuple):
    """A guard's function as it must be: SHA-256 of its source as the migration wrote it, and whether it acts as its owner.

    One that does has its search path fixed, so that nobody can put other tables or functions under its hands.
    """

    source: str
    as_owner: bool = False


TRIGGERS = (
    Trigger("account", "account_frozen", "ledger_account_frozen", _ROW | _BEFORE | _UPDATE),
    Trigger("account", "account_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("entry", "entry_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE),
    Trigger("entry", "entry_shape", "ledger_entry_shape", _ROW | _BEFORE | _INSERT),
    Trigger("entry", "entry_complete", "ledger_entry_complete", _ROW | _INSERT),
    *(
        Trigger(table, f"{table}_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE)
        for table in ("checkpoint", "log_leaf", "log_tile", "publication")
    ),
    Trigger("fund", "fund_frozen", "ledger_fund_frozen", _ROW | _BEFORE | _UPDATE),
    Trigger("fund", "fund_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("log_leaf", "log_leaf_next", "ledger_leaf_next", _INSERT),
    Trigger("period", "period_forward", "ledger_period_forward", _ROW | _BEFORE | _INSERT | _UPDATE),
    Trigger("period", "period_stays", "ledger_refuses_change", _BEFORE | _DELETE | _TRUNCATE),
    Trigger("transfer", "transfer_append_only", "ledger_refuses_change", _BEFORE | _UPDATE | _DELETE | _TRUNCATE),
    Trigger("transfer", "transfer_belongs", "ledger_transfer_belongs", _ROW | _INSERT),
)

FUNCTIONS = {
    "ledger_account_frozen": Function("bada892490dcb5ffcf7fef5e37f535b793bf8a22f5e89d9a5206243fbeb84305"),
    "ledger_entry_complete": Function("248ac99573d4c01573bb3589cb70f9ce3d4b531b34b273fd49e4fc22f7b82dd5", as_owner=True),
    "ledger_entry_shape": Function("69daf678da637cd7533154b02608cf1b03bd7468726a9b9d07545360ef4ffff7"),
    "ledger_fund_frozen": Function("b88e433315d311994301be8bdd121675cd269c30166186f9efe7bf4d906fffae"),
    "ledger_leaf_next": Function("1d14939922b50c1c37d941094a9f38d27082abdb75ff731962f903288d1c2c7a"),
    "ledger_period_forward": Function("afc4463544674160d2e47586d534d02c7dc99f8d6749abc7e2da86a5a2df4dbc", as_owner=True),
    "ledger_refuses_change": Function("998a5c413d51d58a0dcc13d0aacc74b07fd62b425022496d5bfbb572fa1c7623"),
    "ledger_transfer_belongs": Function("1926ae6e4265b1cef5c951107523d1b01f31e5b1c1e27d71c3aa677de6d15236"),
}
# What a function that acts as its owner has set for itself.
FIXED_PATH = ["search_path=pg_catalog, pg_temp"]

_TRIGGERS = text("""
SELECT c.relname AS "table", t.tgname AS name, p.proname AS function, t.tgtype AS "when", t.tgisinternal AS internal,
    t.tgenabled IN ('O', 'A') AS enabled, t.tgqual IS NULL AND t.tgattr = '' AND t.tgnargs = 0 AS unconditional, p.prosrc AS source,
    p.prosecdef AS as_owner, p.proconfig AS settings, l.lanname AS language,
    p.proowner = c.relowner AND p.pronamespace = c.relnamespace AS at_home
FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_language AS l ON l.oid = p.prolang
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:tables) ORDER BY 1, 2
""")


def faults(connection: Connection) -> Iterator[str]:
    """A sentence for each guard that is missing, switched off, changed or loosened."""
    names = [table.name for table in TABLES]
    yield from _trigger_faults(connection, names)
    yield from rules.faults(connection, TABLES)
    yield from rights.faults(connection, TABLES)


def _trigger_faults(connection: Connection, names: list[str]) -> Iterator[str]:
    rows = list(connection.execute(_TRIGGERS, {"tables": names}))
    present = {(row.table, row.name): row for row in rows if not row.internal}
    for row in rows:
        if not row.enabled:
            yield f"The trigger {row.name} on {row.table} is switched off."
        if not row.internal and (row.table, row.name) not in {(one.table, one.name) for one in TRIGGERS}:
            yield f"The trigger {row.name} on {row.table} is not one of ours."
    for expected in TRIGGERS:
        found = present.get((expected.table, expected.name))
        if found is None:
            yield f"The trigger {expected.name} on {expected.table} is missing."
        elif (found.function, found.when, found.unconditional) != (expected.function, expected.when, True):
            yield f"The trigger {expected.name} on {expected.table} was changed."
        else:
            function = FUNCTIONS[expected.function]
            is_ours = (hashlib.sha256(found.source.encode()).hexdigest(), found.language) == (function.source, "plpgsql")
            if not is_ours:
                yield f"The function {expected.function}, which guards {expected.table}, was changed."
            settings = FIXED_PATH if function.as_owner else None
            if not found.at_home or (found.as_owner, found.settings) != (function.as_owner, settings):
                yield f"The function {expected.function}, which guards {expected.table}, acts for somebody else than it should."
