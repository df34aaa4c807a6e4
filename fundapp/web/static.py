"""Files of the house: each address carries the content's hash, so that it may be kept for a year."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from wsgiref.headers import Headers

from flask import Flask, g
from whitenoise import WhiteNoise

from fundapp.config import Settings
from fundapp.web.headers import YEAR, standing

PREFIX = "/static/"
_PRESSED = frozenset({".css", ".js", ".svg", ".txt", ".ico"})


class Files:
    """The folder of static files, and the addresses of what is in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._marks: dict[str, str] = {}

    def url(self, path: str) -> str:
        """The address of a file with its content's mark. Raises FileNotFoundError for one that is not there."""
        if path not in self._marks:
            self._marks[path] = hashlib.sha256((self.root / path).read_bytes()).hexdigest()[:10]
        return f"{PREFIX}{path}?{self._marks[path]}"

    def press(self) -> None:
        """Lay a compressed twin beside each file that gains by it.

        Where the folder may not be written none are laid; raises OSError when one lies there that is no longer true.
        """
        for file in sorted(self.root.rglob("*")):
            if file.suffix in _PRESSED and file.is_file():
                _press(file)


def install(app: Flask, settings: Settings, root: Path) -> Files:
    """Serve the folder in front of the app, and give templates `static(path)` and `script(path)`."""
    files = Files(root)
    files.press()
    headers = standing(settings)

    def add(found: Headers, _path: str, _url: str) -> None:
        for name, value in headers.items():
            found[name] = value

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(root), prefix=PREFIX, max_age=YEAR, allow_all_origins=False, add_headers_function=add
    )
    app.jinja_env.globals["static"] = files.url
    app.jinja_env.globals["script"] = lambda path: _script(files, path)
    return files


def _script(files: Files, path: str) -> str:
    """The address of one of our scripts. The page that asks for it is let run scripts of ours (headers.py); no other is."""
    g.runs_scripts = True
    return files.url(path)


def _press(file: Path) -> None:
    twin = file.with_name(file.name + ".gz")
    content = gzip.compress(file.read_bytes(), 9, mtime=0)
    if twin.exists() and twin.read_bytes() == content:
        return
    # Another process may be at the same file: each writes its own and the last name stands, whole.
    try:
        number, draft = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError:
        if twin.exists():
            raise
        return
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
    Path(draft).chmod(0o644)
    Path(draft).replace(twin)
