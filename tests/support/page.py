"""A page as somebody reads it, and the checks that every page of the Fund must pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urljoin, urlsplit

import html5lib
import pytest
from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

FIELDS = {"input", "select", "textarea"}
# What a form that is sent must carry, one or the other.
KEYED = ["csrf_token", "form_key"]
# What names other parts of a page by their ids.
NAMING = ("aria-describedby", "aria-labelledby", "aria-controls")
# Inputs that carry no label: hidden ones, and buttons, which say what they do themselves.
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}
Send = Callable[..., "Page"]

# What only a script shows is not there without one.
SHOWN = "main form:not([hidden] form)"


class Page:
    """One answer of the app. `soup` is its HTML parsed, empty for anything else."""

    def __init__(self, response: TestResponse, url: str, send: Send) -> None:
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.body = response.get_data()
        self.url = url
        self.is_html = response.mimetype == "text/html"
        self.html = self.body.decode() if self.is_html else ""
        self.soup, self.errors = parsed(self.html) if self.is_html else (BeautifulSoup("", "html5lib"), [])
        self._send = send

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.url}: {self.words[:200]}>"

    @property
    def words(self) -> str:
        """All words on the page, single-spaced."""
        return " ".join((self.soup.body or self.soup).get_text(" ").split())

    @property
    def leads_inside(self) -> bool:
        """Whether a redirect stays within the app."""
        return urlsplit(urljoin(self.url, self.headers["Location"])).netloc == urlsplit(self.url).netloc

    def text(self, css: str = "main") -> str:
        """The words of the first element that fits, single-spaced. Fails when there is none."""
        return " ".join(self.one(css).get_text(" ").split())

    def texts(self, css: str) -> list[str]:
        """The words of every element that fits."""
        return [" ".join(element.get_text(" ").split()) for element in self.soup.select(css)]

    def one(self, css: str) -> Tag:
        """The first element that fits. Fails when there is none."""
        element = self.soup.select_one(css)
        assert element is not None, f"nothing on {self.url} fits {css}: {self.words[:400]}"
        return element

    def link(self, text: str) -> str:
        """The address that the link with these words leads to. Fails when there is none."""
        for anchor in self.soup.select("a[href]"):
            if text.casefold() in " ".join(anchor.get_text(" ").split()).casefold():
                return urljoin(self.url, str(anchor["href"]))
        raise AssertionError(f"no link “{text}” on {self.url}: {self.texts('a')}")

    def follow(self, text: str = "") -> Page:
        """The page behind the link with these words; without words, the one that a redirect leads to."""
        if text:
            return self._send("GET", self.link(text))
        assert 300 <= self.status < 400, f"{self.url} answered {self.status}, not a redirect: {self.words[:400]}"
        return self._send("GET", urljoin(self.url, self.headers["Location"]))

    def form(self, css: str = SHOWN) -> FormOnPage:
        """A form on the page that shows without scripts. Fails when there is none."""
        return FormOnPage(self, self.one(css))

    def submit(self, css: str = SHOWN, /, **values: Any) -> Page:
        """Fill in a form and send it, in one go."""
        return self.form(css).fill(**values).submit()


class FormOnPage:
    """A form with what stands in it, as a browser would send it."""

    def __init__(self, page: Page, form: Tag) -> None:
        self.page = page
        self.form = form
        self.data: dict[str, Any] = _filled(form)

    def fill(self, values: dict[str, Any] | None = None, /, **more: Any) -> FormOnPage:
        """Type into fields by name. None empties a field or unticks a box. Fails for a name that the form does not have."""
        for name, value in {**(values or {}), **more}.items():
            assert self.form.select_one(f'[name="{name}"]'), f"the form has no field {name}: {sorted(self.names)}"
            if value is None:
                self.data.pop(name, None)
            else:
                self.data[name] = value
        return self

    @property
    def names(self) -> set[str]:
        """The names of the form's fields."""
        return {str(element["name"]) for element in self.form.select("[name]")}

    def submit(self, button: str | None = None, *, follow: bool = True) -> Page:
        """Send the form, by the button with these words if it has several; go where the answer leads, unless told not to."""
        data = dict(self.data)
        pressed = self._button(button)
        if pressed is not None and pressed.get("name"):
            data[str(pressed["name"])] = str(pressed.get("value", ""))
        action = urljoin(self.page.url, str((pressed and pressed.get("formaction")) or self.form.get("action") or self.page.url))
        method = str(self.form.get("method", "get")).upper()
        page = self.page._send(method, action, query=data) if method == "GET" else self.page._send(method, action, data=data)
        return page.follow() if follow and page.status in {301, 302, 303} and page.leads_inside else page

    def _button(self, words: str | None) -> Tag | None:
        buttons = [one for one in self.form.select("button, input[type=submit]") if one.get("type", "submit") == "submit"]
        if words is None:
            return buttons[0] if buttons else None
        for one in buttons:
            if words.casefold() in (one.get_text(" ") + str(one.get("value", ""))).casefold():
                return one
        raise AssertionError(f"no button “{words}”")


def _filled(form: Tag) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for element in form.select("input[name], select[name], textarea[name]"):
        if element.has_attr("disabled"):
            continue
        name, kind = str(element["name"]), str(element.get("type", "text")).lower()
        if element.name == "textarea":
            data[name] = element.get_text().removeprefix("\n")
        elif element.name == "select":
            chosen = element.select_one("option[selected]") or element.select_one("option")
            data[name] = str(chosen.get("value", chosen.get_text(strip=True))) if chosen else ""
        elif kind in {"checkbox", "radio"}:
            if element.has_attr("checked"):
                data[name] = str(element.get("value", "on"))
        elif kind not in {"submit", "button", "image", "reset", "file"}:
            data[name] = str(element.get("value", ""))
    return data


def parsed(html: str) -> tuple[BeautifulSoup, list[str]]:
    """A page's tree, and what the standard's parser had to mend to make it."""
    errors: list[str] = []

    class Listening(html5lib.HTMLParser):
        """Hands its errors over: BeautifulSoup lets go of the parser."""

        def parseError(self, errorcode: str = "undefined", datavars: dict[str, Any] | None = None) -> None:  # noqa: N802
            errors.append(f"HTML: {errorcode} {datavars or ''} at line {self.tokenizer.stream.position()[0]}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(html5lib, "HTMLParser", Listening)
        return BeautifulSoup(html, "html5lib"), errors


def faults(html: str, soup: BeautifulSoup | None = None, errors: list[str] | None = None) -> list[str]:
    """What is wrong with a page that every page must have right. Pass what `parsed` gave, where it is at hand."""
    if soup is None or errors is None:
        soup, errors = parsed(html)
    # One walk for all: a page is looked at thousands of times in a run.
    every = soup.find_all(True)
    ids = Counter(str(element["id"]) for element in every if element.get("id") is not None)
    headings = sum(element.name == "h1" for element in every)
    found = [*errors, *(f"the id “{name}” stands {count} times" for name, count in ids.items() if count > 1)]
    if headings != 1:
        found.append(f"{headings} h1 headings instead of one")
    if not soup.html or not soup.html.get("lang"):
        found.append("the page does not say its language")
    if not soup.title or not soup.title.get_text(strip=True):
        found.append("the page has no title")
    return found + _form_faults(every, set(ids)) + _dangling(every, set(ids))


def _form_faults(every: Sequence[Tag], ids: set[str]) -> list[str]:
    found = []
    for form in (one for one in every if one.name == "form"):
        is_post = str(form.get("method", "get")).lower() == "post"
        if is_post and not form.find(attrs={"name": KEYED}):
            found.append(f"the form to {form.get('action', 'itself')} has neither csrf_token nor form_key")
    named = {str(one["for"]) for one in every if one.name == "label" and one.get("for")}
    found += [f"the label for “{name}” belongs to no field" for name in sorted(named - ids)]
    fields = [one for one in every if one.name in FIELDS and str(one.get("type", "text")).lower() not in UNLABELLED]
    return found + [f"the field “{field.get('name')}” has no label" for field in fields if not _is_labelled(field, named)]


def _dangling(every: Sequence[Tag], ids: set[str]) -> list[str]:
    return [
        f"{attribute} names “{name}”, which is not on the page"
        for element in every
        for attribute in NAMING
        if element.get(attribute)
        for name in sorted(set(str(element[attribute]).split()) - ids)
    ]


def _is_labelled(element: Tag, named: set[str]) -> bool:
    if element.get("aria-label") or element.get("aria-labelledby") or element.find_parent("label"):
        return True
    return str(element.get("id", "")) in named
