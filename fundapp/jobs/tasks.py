"""What a room can do in the background. Each room has one `Tasks`; the composition root gathers them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from fundapp.jobs.context import JobContext

JobFunction = TypeVar("JobFunction", bound=Callable[..., None])
LoopFunction = Callable[[JobContext], None]

# Waits 4, 16, 64 … seconds between tries: eight tries bridge most of a day.
RETRY_BASE_SECONDS = 4


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work that is asked for by name."""

    name: str
    function: Callable[..., None]
    # How often it is tried in all before it is left for a person to look at.
    attempts: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A piece of work that comes round by itself, in one process at a time."""

    name: str
    function: LoopFunction
    every_seconds: float


class Tasks:
    """The jobs and loops of one room. A name is `room.function`."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.jobs: list[Job] = []
        self.loops: list[Loop] = []

    def job(self, *, retries: int) -> Callable[[JobFunction], JobFunction]:
        """Make a function a job. It takes the context and ids by keyword, and opens its own transaction."""

        def add(function: JobFunction) -> JobFunction:
            self.jobs.append(Job(f"{self.room}.{_name(function)}", function, retries + 1))
            return function

        return add

    def loop(self, *, every_seconds: float) -> Callable[[LoopFunction], LoopFunction]:
        """Make a function a loop. A missed turn is taken as soon as a worker is there again."""

        def add(function: LoopFunction) -> LoopFunction:
            self.loops.append(Loop(f"{self.room}.{_name(function)}", function, every_seconds))
            return function

        return add


def _name(function: Any) -> str:
    return str(function.__name__)
