"""Rules of style that a machine can hold (architecture: "Style")."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted((ROOT / "fundapp").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MIGRATIONS = sorted((ROOT / "migrations").rglob("*.py"))
FUNCTION_WALL, MODULE_WALL, TEST_WALL = 70, 400, 600
# Where settings may be read: once, at the edge of a process.
MAY_READ_ENVIRONMENT = {"fundapp/config.py", "fundapp/cli/context.py", "migrations/env.py"}
# The stand-in keeps the machine's own time, as Stripe would; the clock is where the Fund's time comes from.
MAY_READ_CLOCK = {"fundapp/core/clock.py"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("paths", "wall"), [(CODE, MODULE_WALL), (TESTS, TEST_WALL)], ids=["code", "tests"])
def test_no_module_is_over_the_wall(paths: list[Path], wall: int) -> None:
    long = {name(path): lines for path in paths if (lines := path.read_text().count("\n")) > wall}
    assert not long, f"split these by verb: {long}"


def test_no_function_is_over_the_wall() -> None:
    long = [
        f"{name(path)}: {function.name} has {length} lines"
        for path in CODE + TESTS
        for function in functions(ast.parse(path.read_text()))
        if (length := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_WALL
    ]
    assert not long, "\n".join(long)


def test_settings_are_read_in_one_place() -> None:
    readers = {name(path) for path in CODE + MIGRATIONS if re.search(r"\b(os\.environ|os\.getenv|getenv\()", path.read_text())}
    assert readers <= MAY_READ_ENVIRONMENT


def test_nothing_but_the_clock_asks_for_the_time() -> None:
    asking = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today)\(")
    told = {name(path) for path in CODE if asking.search(path.read_text())}
    allowed = MAY_READ_CLOCK | {one for one in told if one.startswith(("fundapp/stripe_stand_in/", "fundapp/cli/demo_data/"))}
    assert told <= allowed


def test_no_engine_app_or_session_is_made_when_a_module_is_imported() -> None:
    makers = {"create_engine", "sessionmaker", "scoped_session", "Database", "Flask", "Settings", "create_app", "StripeGateway"}
    found = []
    for path in CODE:
        for node in ast.parse(path.read_text()).body:
            calls = (
                [call for call in ast.walk(node) if isinstance(call, ast.Call)]
                if isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr)
                else []
            )
            called = {call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "") for call in calls}
            found += [f"{name(path)}: {one}" for one in called & makers]
    assert not found


def test_no_rooms_module_has_a_name_that_says_nothing() -> None:
    assert not [name(path) for path in CODE if path.stem in {"utils", "helpers", "misc", "common", "util", "helper"}]


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|# type: ignore($|[^[])|noqa($|[^:])|pytest\.mark\.(skip|xfail)\b")
    ours = Path(__file__)
    found = [
        f"{name(path)}:{number}"
        for path in CODE + TESTS + MIGRATIONS
        if path != ours
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marks.search(line)
    ]
    assert not found


def test_no_view_speaks_sql_and_no_python_holds_html() -> None:
    views = [path for path in CODE if path.stem == "views" or path.parent.name == "views"]
    sql = [
        name(path) for path in views if re.search(r"from sqlalchemy import[^\n]*\b(select|text|insert|update|delete)\b", path.read_text())
    ]
    assert not sql, "SQL belongs in queries and services"
    html = [name(path) for path in CODE if re.search(r"[\"']<(p|div|span|a|form|table|h1)[ >]", path.read_text())]
    assert not [one for one in html if not one.startswith("fundapp/stripe_stand_in/")], "HTML belongs in templates"
