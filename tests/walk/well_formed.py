"""What a browser would have to mend in a page: elements that are not closed, or stand where they cannot."""

from __future__ import annotations

from html.parser import HTMLParser

EMPTY = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
# What ends a paragraph that is still open, so that it does not stand in it.
BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "dialog",
        "div",
        "dl",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
NOT_IN_ITSELF = frozenset(("a", "button", "form", "label"))
# What may stand in a drawing is another language.
DRAWING = "svg"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._read_attributes(tag, attrs)
        if DRAWING not in self.open:
            self._check_place(tag)
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._read_attributes(tag, attrs)
        if tag not in EMPTY and DRAWING not in self.open:
            self._say(f"<{tag}/> is not closed by its slash")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self._say(f"</{tag}> where <{self.open[-1] if self.open else 'nothing'}> is open")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def _read_attributes(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _value in attrs]
        if len(names) != len(set(names)):
            self._say(f"<{tag}> says the same twice: {names}")
        own = dict(attrs).get("id")
        if own is not None and own in self.ids:
            self._say(f"two are called {own!r}")
        if own is not None:
            self.ids.add(own)

    def _check_place(self, tag: str) -> None:
        if tag in BLOCKS and "p" in self.open:
            self._say(f"<{tag}> in <p>")
        if tag in NOT_IN_ITSELF and tag in self.open:
            self._say(f"<{tag}> in <{tag}>")
        if tag == "li" and self.open[-1:] not in (["ul"], ["ol"], ["menu"]):
            self._say(f"<li> in <{self.open[-1] if self.open else 'nothing'}>")
        if tag in BLOCKS - {"p"} and self.open and self.open[-1] in ("ul", "ol", "table", "tr", "tbody", "thead"):
            self._say(f"<{tag}> in <{self.open[-1]}>")

    def _say(self, fault: str) -> None:
        self.faults.append(f"line {self.getpos()[0]}: {fault}")


def faults_of(page: str) -> list[str]:
    """What is wrong in a page, each with its line."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.faults + ([f"left open: {reader.open}"] if reader.open else [])
