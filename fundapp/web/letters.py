"""Letters from templates, outside any request: the first line is the subject, the rest the text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from fundapp.config import ROOT
from fundapp.web.filters import FILTERS
from fundapp.web.language import teach


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent. The subject holds nothing personal: it shows on locked phones."""

    subject: str
    text: str


def letter(template: str, **facts: Any) -> Letter:
    """Write a letter from `templates/<template>`. Raises UndefinedError when the template asks for what was not given."""
    words = _letters().get_template(template).render(**facts)
    subject, _, text = words.partition("\n")
    return Letter(subject.removeprefix("Subject:").strip(), text.strip() + "\n")


def html_twin(template: str, **facts: Any) -> str:
    """A letter's other half, for programs that show HTML: `templates/<template>`, with every fact escaped."""
    return _letters(html=True).get_template(template).render(**facts)


@cache
def _letters(*, html: bool = False) -> Environment:
    # Plain text has nothing to escape, and no HTML comes out of it.
    folder = FileSystemLoader(ROOT / "templates")
    made = Environment(loader=folder, undefined=StrictUndefined, autoescape=html, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
    made.filters.update(FILTERS)
    teach(made)
    return made
