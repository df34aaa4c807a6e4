"""Where a tile lies in its level, as C2SP's tlog-tiles writes it: strictly, so that each tile has one address."""

from __future__ import annotations

from dataclasses import dataclass

from flask.sansio.app import App
from werkzeug.routing import BaseConverter, IntegerConverter, ValidationError

WHOLE = 256


@dataclass(frozen=True, slots=True)
class Tile:
    """The first `width` hashes of the n-th tile of a level."""

    n: int
    width: int = WHOLE

    @property
    def path(self) -> str:
        """Three digits at a time, an x before all but the last three; behind it how many hashes, unless it is whole."""
        rest, path = self.n // 1000, f"{self.n % 1000:03}"
        while rest:
            rest, path = rest // 1000, f"x{rest % 1000:03}/{path}"
        return path if self.width == WHOLE else f"{path}.p/{self.width}"


class TileConverter(BaseConverter):
    """067, x001/x234/067, and 067.p/12 for the first twelve hashes of one."""

    part_isolating = False
    regex = r"(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"

    def to_python(self, value: str) -> Tile:
        """The tile. Another way of writing the same one is no address."""
        path, _, width = value.partition(".p/")
        tile = Tile(int(path.replace("x", "").replace("/", "")), int(width or WHOLE))
        if tile.path != value:
            raise ValidationError
        return tile

    def to_url(self, value: Tile) -> str:
        """Its address."""
        return value.path


class LevelConverter(IntegerConverter):
    """A level, without leading noughts."""

    regex = r"(?:0|[1-9][0-9]?)"


def teach(app: App) -> None:
    """Make both known to an app, before any address is written with them."""
    app.url_map.converters.update(tile=TileConverter, level=LevelConverter)
