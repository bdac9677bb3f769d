"""What a browser without scripts would send if the form it was shown were sent unchanged."""

from __future__ import annotations

from html.parser import HTMLParser

from django.http import QueryDict


def as_sent(html: str) -> QueryDict:
    """The successful controls of the page, buttons left aside, decoded as Django decodes a POST."""
    reader = _Controls()
    reader.feed(html)
    reader.close()
    data = QueryDict(mutable=True)
    for name, value in reader.found:
        data.appendlist(name, value)
    return data


class _Controls(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self.area: str | None = None
        self.select: str | None = None
        self.options: list[tuple[str, bool]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            self._input(given)
        elif tag == "textarea":
            self.area, self.words = given["name"], ""
        elif tag == "select":
            self.select, self.options = given["name"], []
        elif tag == "option" and self.select:
            self.options.append((given["value"] or "", "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            # A browser drops one line end after the tag, and sends the others as CRLF.
            words = self.words.removeprefix("\n")
            self.found.append((self.area, words.replace("\n", "\r\n")))
            self.area = None
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected] or [self.options[0][0]]
            self.found.append((self.select, chosen[0]))
            self.select = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.words += data

    def _input(self, given: dict[str, str | None]) -> None:
        kind = given.get("type") or "text"
        if kind in ("submit", "button"):
            return
        if kind not in ("radio", "checkbox") or "checked" in given:
            unsaid = "on" if kind in ("radio", "checkbox") else ""
            self.found.append((given["name"] or "", given.get("value", unsaid) or ""))
