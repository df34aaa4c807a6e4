"""What the application's role may do, table by table: read from the models, applied after each upgrade."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData, text

DEFAULT = "SELECT, INSERT, UPDATE, DELETE"
# The job queue brings its own schema, which no model describes.
QUEUE = "procrastinate_"


def apply(connection: Connection, metadata: MetaData, app_role: str) -> None:
    """Take every right from the application's role, then give it exactly what each table's `info["app_role"]` says.

    A table that no model names gets nothing. Runs in the caller's transaction, as the tables' owner.
    """
    role = _quoted(connection, app_role)
    for kind in ("TABLES", "SEQUENCES", "ROUTINES"):
        connection.execute(text(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {role}"))
        if kind != "ROUTINES":
            connection.execute(text(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM PUBLIC"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {role}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"))
    for name, rights in metadata.info.get("app_role_on_sequences", {}).items():
        sequence = _quoted(connection, name)
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"public.{name}"}):
            connection.execute(text(f"REVOKE ALL ON SEQUENCE {sequence} FROM {role}; GRANT {rights} ON SEQUENCE {sequence} TO {role}"))
    present = _tables(connection)
    for table in metadata.tables.values():
        rights = table.info.get("app_role", DEFAULT)
        if table.name in present and rights:
            connection.execute(text(f"GRANT {rights} ON {_quoted(connection, table.name)} TO {role}"))
    if "alembic_version" in present:
        connection.execute(text(f"GRANT SELECT ON alembic_version TO {role}"))
    _open_queue(connection, role, present)


def _open_queue(connection: Connection, role: str, present: set[str]) -> None:
    for name in sorted(present):
        if name.startswith(QUEUE):
            connection.execute(text(f"GRANT {DEFAULT} ON {_quoted(connection, name)} TO {role}"))
    functions = text(
        "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, :queue)"
    )
    for signature in connection.scalars(functions, {"queue": QUEUE}).all():
        connection.execute(text(f"GRANT EXECUTE ON FUNCTION {signature} TO {role}"))
    types = text(
        "SELECT oid::regtype::text FROM pg_type WHERE typnamespace = 'public'::regnamespace"
        " AND typtype IN ('e', 'd') AND starts_with(typname, :queue)"
    )
    for name in connection.scalars(types, {"queue": QUEUE}).all():
        connection.execute(text(f"GRANT USAGE ON TYPE {name} TO {role}"))


def _tables(connection: Connection) -> set[str]:
    names = text("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')")
    return set(connection.scalars(names))


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
