"""Who may do what to the ledger's tables and sequences, whose they are, and what would switch the guards off from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Table, text

# Whose `last_value` decides something: the numbers of entries, and the last shut day, which only the guard on `period` moves.
SEQUENCES = {"entry_number": "USAGE", "shut_until": "SELECT"}
# Settings that would make guards or checks of the files stop doing their work.
DANGEROUS = ("session_replication_role", "ignore_checksum_failure", "ignore_invalid_pages", "zero_damaged_pages")

_RIGHTS = text("""
SELECT c.relname AS "table", coalesce(r.rolname, 'PUBLIC') AS role, a.privilege_type AS privilege, '' AS column,
    coalesce(r.rolsuper OR pg_has_role(r.oid, c.relowner, 'MEMBER'), false) AS all_powerful, c.relkind = 'S' AS sequence
FROM pg_class AS c CROSS JOIN LATERAL aclexplode(c.relacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:names) AND a.grantee <> c.relowner
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type, t.attname, false, false
FROM pg_class AS c JOIN pg_attribute AS t ON t.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(t.attacl) AS a LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:names) AND a.grantee <> c.relowner
ORDER BY 1, 2, 3, 4
""")
# The sequences behind the tables' own numbers.
_OWN_NUMBERS = text("""
SELECT s.relname FROM pg_depend AS d JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_class AS c ON c.oid = d.refobjid
WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('i', 'a') AND c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:names)
""")
_OWNERS = text("""
SELECT c.relname AS name, pg_get_userbyid(c.relowner) AS owner,
    pg_has_role(current_user, c.relowner, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_mine
FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (:names) ORDER BY c.relname = 'entry' DESC, 1
""")
_MAKERS = text("""
SELECT coalesce(r.rolname, 'PUBLIC') AS role FROM pg_namespace AS n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE n.nspname = 'public' AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
    AND coalesce(r.rolname, '') <> 'pg_database_owner' ORDER BY 1
""")
_SETTINGS = text("""
SELECT setting, coalesce(r.rolname, 'everybody') AS role FROM pg_db_role_setting AS s LEFT JOIN pg_roles AS r ON r.oid = s.setrole
CROSS JOIN LATERAL unnest(s.setconfig) AS setting
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    AND split_part(setting, '=', 1) = ANY (:dangerous) ORDER BY 1, 2
""")
_PARAMETERS = text("""
SELECT p.parname, coalesce(r.rolname, 'PUBLIC') AS role FROM pg_parameter_acl AS p CROSS JOIN LATERAL aclexplode(p.paracl) AS a
LEFT JOIN pg_roles AS r ON r.oid = a.grantee
WHERE p.parname = ANY (:dangerous) AND NOT coalesce(r.rolsuper, false) ORDER BY 1, 2
""")
_REPLICA = text("SELECT current_setting('session_replication_role')")

_RIGHT = re.compile(r"(?P<privilege>[A-Z]+)(?: \((?P<columns>[\w, ]+)\))?")


def faults(connection: Connection, tables: Sequence[Table]) -> Iterator[str]:
    """A sentence for each right that nobody gave, that is missing, or that goes round the guards."""
    names = [table.name for table in tables]
    numbers = list(connection.scalars(_OWN_NUMBERS, {"names": names}))
    allowed = {(table.name, *right) for table in tables for right in _rights(table)}
    allowed |= {(name, right, "") for name, right in SEQUENCES.items()}
    yield from _right_faults(connection, [*names, *SEQUENCES, *numbers], allowed, {(name, "USAGE", "") for name in numbers})
    yield from _owner_faults(connection, [*names, *SEQUENCES, *numbers])
    for (role,) in connection.execute(_MAKERS):
        yield f"The role {role} may make tables and functions where the ledger's are, which nobody but the owner may."
    for row in connection.execute(_SETTINGS, {"dangerous": list(DANGEROUS)}):
        yield f"The database is told to set {row.setting} for {row.role}: guards would be off, or damage unseen."
    for row in connection.execute(_PARAMETERS, {"dangerous": list(DANGEROUS)}):
        yield f"The role {row.role} may set {row.parname}: it could switch the guards off."
    if connection.scalar(_REPLICA) == "replica":
        yield "This connection works as a replica: guards are off for it."


def _right_faults(
    connection: Connection, names: list[str], needed: set[tuple[str, str, str]], useful: set[tuple[str, str, str]]
) -> Iterator[str]:
    held: set[tuple[str, str, str]] = set()
    for row in connection.execute(_RIGHTS, {"names": names}):
        right = (row.table, row.privilege, row.column)
        held.add(right)
        if right not in needed | useful:
            where = f"{row.table} ({row.column})" if row.column else row.table
            yield f"The role {row.role} has {row.privilege} on {where}, which nobody but the owner has."
        if row.all_powerful:
            yield f"The role {row.role} has rights on {row.table} and those of its owner as well."
    for table, privilege, column in sorted(needed - held):
        yield f"No role but the owner has {privilege} on {table}{f' ({column})' if column else ''}: the application cannot work."


def _owner_faults(connection: Connection, names: list[str]) -> Iterator[str]:
    """Everything belongs to one role, and that is not the one we sign in as."""
    rows = connection.execute(_OWNERS, {"names": names}).all()
    for row in rows:
        if row.owner != rows[0].owner:
            yield f"{row.name} belongs to {row.owner}, and {rows[0].name} to {rows[0].owner}: one role owns the ledger."
        if row.is_mine:
            yield f"{row.name} belongs to the role that this program signs in as: nothing keeps it from its guards."


def _rights(table: Table) -> list[tuple[str, str]]:
    return [
        (found["privilege"], column)
        for found in _RIGHT.finditer(str(table.info["app_role"]))
        for column in (found["columns"] or "").split(", ")
    ]
