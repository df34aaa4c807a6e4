"""Files are found by their content, sent compressed, and kept for a year."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fundapp.config import ROOT
from fundapp.web.static import Files

HOME = "http://localhost:8000"


def get(app: Flask, url: str, **headers: str) -> Any:
    """An answer, through the whole stack."""
    return app.test_client().get(url, base_url=HOME, headers=headers, buffered=True)


def test_a_page_names_its_stylesheet_by_its_content(client: Any, app: Flask) -> None:
    url = str(client.get("/sign-in").one("link[rel=stylesheet]")["href"])
    assert re.fullmatch(r"/static/css/fund\.css\?[0-9a-f]{10}", url)
    answer = get(app, url)
    assert answer.data == (ROOT / "static/css/fund.css").read_bytes()
    assert answer.headers["Cache-Control"] == "max-age=31536000, public"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_stylesheet_comes_compressed(app: Flask) -> None:
    answer = get(app, "/static/css/give.css", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == (ROOT / "static/css/give.css").read_bytes()


@pytest.mark.parametrize(
    "url", ["/static/../wsgi.py", "/static/%2e%2e/wsgi.py", "/static/css/../../pyproject.toml", "/static/", "/static/css/"]
)
def test_nothing_outside_the_folder_is_served(app: Flask, url: str) -> None:
    assert get(app, url).status_code == 404


def test_another_content_has_another_address(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a{}")
    first = Files(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b{}")
    assert Files(tmp_path).url("a.css") != first
    with pytest.raises(FileNotFoundError):
        Files(tmp_path).url("missing.css")


def test_a_compressed_twin_follows_its_file_and_is_left_alone_otherwise(tmp_path: Path) -> None:
    sheet, twin = tmp_path / "a.css", tmp_path / "a.css.gz"
    sheet.write_text("a{}" * 100)
    Files(tmp_path).press()
    before = twin.stat().st_mtime_ns
    Files(tmp_path).press()
    assert twin.stat().st_mtime_ns == before
    sheet.write_text("b{}" * 100)
    Files(tmp_path).press()
    assert gzip.decompress(twin.read_bytes()) == sheet.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.css", "a.css.gz"]
