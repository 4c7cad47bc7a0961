"""HTML of ours as the tree that templates/pdf/paper.typ sets: values alone, so that no text is ever typst source.

A short list of tags is known. Anything else is a mistake of whoever wrote the HTML, and raises ValueError: a document
that somebody signs must not lose a part in silence.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from .pdf_columns import columns, lines, whole

Node = dict[str, Any]
# What may stand in a list of children: an element, or text.
Item = Node | str

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BOXES = {"section", "div", "article", "header", "footer"}
BLOCKS = {*HEADINGS, *BOXES, "p", "ul", "ol", "blockquote", "hr", "pre", "table", "dl"}
PARTS = {"li", "caption", "thead", "tbody", "tr", "th", "td", "dt", "dd"}
INLINE = {"strong", "em", "code", "a", "br", "span", "time", "small", "bdi", "b", "i"}
VOID = {"br", "hr"}
# On cells: "group" for a row that leads those after it, "below" for one that goes on with the row above.
CLASSES = {"page-break", "small", "notice", "lead", "group", "below"}
_SAME = {"b": "strong", "i": "em", "time": "span"}
# A row of so many letters may go on on the next page; a shorter one moves there whole.
LONG_ROW = 1200
# Typst takes addresses of up to 8000 bytes.
LONGEST_LINK = 2000
# White space as HTML collapses it: a no-break space is none.
_SPACE = re.compile(r"[ \t\r\n\f]+")


def tree(html: str, address: str = "") -> list[Node]:
    """The blocks of a document. Links without a host are completed with `address`, and dropped where there is none."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    if len(parser.open) > 1:
        raise ValueError(f"<{parser.open[-1]['tag']}> is not closed.")
    return _Builder(address).blocks(parser.open[0]["children"])


class _Parser(HTMLParser):
    """Elements as they stand, each closed by its own tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[Node] = [{"tag": "", "attrs": {}, "children": []}]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in BLOCKS | PARTS | INLINE:
            raise ValueError(f"<{tag}> cannot be set in a PDF.")
        element = {"tag": tag, "attrs": {name: value or "" for name, value in attrs}, "children": []}
        self.open[-1]["children"].append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if self.open[-1]["tag"] != tag:
            raise ValueError(f"</{tag}> closes <{self.open[-1]['tag']}>.")
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1]["children"].append(data)


class _Builder:
    """From elements to blocks; one for each document, as headings depend on those before them."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.level = 0

    def blocks(self, items: Iterable[Item], run: str = "p") -> list[Node]:
        """Text between blocks becomes a block of its own: a paragraph, or a bare run in a list item or a cell."""
        found: list[Node] = []
        waiting: list[Item] = []

        def flush() -> None:
            inline = self.inline(waiting)
            if inline:
                found.append({"t": run, "c": inline})
            waiting.clear()

        for item in items:
            if isinstance(item, str) or item["tag"] in INLINE:
                waiting.append(item)
                continue
            flush()
            # PDF/UA: no heading without a text.
            if item["tag"] not in HEADINGS or _text(item["children"]).strip():
                found.append(self.block(item))
        flush()
        return found

    def block(self, element: Node) -> Node:
        tag, attrs, children = element["tag"], element["attrs"], element["children"]
        if tag in HEADINGS:
            # PDF/UA: the first heading is of level 1, and none skips a level.
            self.level = max(1, min(int(tag[1]), self.level + 1))
            made: Node = {"t": "h", "level": self.level, "c": self.inline(children)}
        elif tag == "p":
            made = {"t": "p", "c": self.inline(children)}
        elif tag in {"ul", "ol"}:
            made = {"t": tag, "start": int(attrs.get("start") or 1), "items": self.items(element)}
        elif tag == "table":
            made = self.table(element)
        elif tag == "dl":
            made = {"t": "dl", "items": self.terms(element)}
        elif tag == "pre":
            made = {"t": "pre", "text": _text(children).strip("\n")}
        elif tag == "hr":
            made = {"t": "hr"}
        elif tag == "blockquote":
            made = {"t": "quote", "c": self.blocks(children)}
        elif tag in BOXES:
            made = {"t": "div", "c": self.blocks(children)}
        else:
            raise ValueError(f"<{tag}> stands where it has no meaning.")
        return {**made, **_about(attrs)}

    def items(self, element: Node) -> list[Node]:
        return [
            {"t": "div", "c": self.blocks(child["children"], "run"), **_about(child["attrs"])}
            for child in _only(element, "li")
        ]

    def terms(self, element: Node) -> list[Node]:
        """Each term with all that is said of it; a <div> around the two is allowed, as in HTML."""
        found: list[Node] = []
        for child in _only(element, "dt", "dd", "div"):
            if child["tag"] == "div":
                found += self.terms(child)
            elif child["tag"] == "dt":
                found.append({"term": {"t": "span", "c": self.inline(child["children"]), **_about(child["attrs"])}})
                found[-1]["said"] = {"t": "div", "c": []}
            elif not found:
                raise ValueError("<dd> stands before any <dt>.")
            else:
                said = {"t": "div", "c": self.blocks(child["children"], "run"), **_about(child["attrs"])}
                found[-1]["said"]["c"].append(said)
        return found

    def table(self, element: Node) -> Node:
        made: Node = {"t": "table", "caption": None, "head": [], "rows": []}
        for child in _only(element, "caption", "thead", "tbody", "tr"):
            if child["tag"] == "caption":
                made["caption"] = {"t": "span", "c": self.inline(child["children"]), **_about(child["attrs"])}
            elif child["tag"] == "thead":
                made["head"] += [self.row(row) for row in _only(child, "tr")]
            else:
                rows = [child] if child["tag"] == "tr" else _only(child, "tr")
                made["rows"] += [self.row(row) for row in rows]
        made["columns"] = columns(made["head"] + made["rows"])
        whole(made["head"] + made["rows"], made["columns"])
        below = [_all(row, "below") for row in made["rows"]] + [False]
        made["rows"] = [
            {
                "leads": below[at + 1] or _all(row, "group"),
                "cells": [{**cell, "open": below[at + 1]} for cell in row],
            }
            for at, row in enumerate(made["rows"])
        ]
        return made

    def row(self, element: Node) -> list[Node]:
        cells = [
            {
                "t": "div",
                "head": child["tag"] == "th",
                "colspan": int(child["attrs"].get("colspan") or 1),
                "rowspan": int(child["attrs"].get("rowspan") or 1),
                "c": self.blocks(child["children"], "run"),
                **_about(child["attrs"]),
            }
            for child in _only(element, "th", "td")
        ]
        long = sum(len(line) for cell in cells for line in lines(cell)) > LONG_ROW
        return [{**cell, "breakable": long, "open": False} for cell in cells]

    def inline(self, items: Iterable[Item]) -> list[Item]:
        """Text and inline elements, white space collapsed over all of them; empty where there is no text."""
        leaves: list[Node] = []
        made = self.spans(items, leaves)
        blank = True  # at the beginning of a line, where a space is none
        for leaf in leaves:
            if leaf["t"] == "br":
                blank = True
                continue
            leaf["text"] = _SPACE.sub(" ", leaf["text"])
            if blank:
                leaf["text"] = leaf["text"].removeprefix(" ")
            blank = leaf["text"].endswith(" ") if leaf["text"] else blank
        for leaf in reversed(leaves):
            if leaf["t"] == "br":
                break
            leaf["text"] = leaf["text"].removesuffix(" ")
            if leaf["text"]:
                break
        return _slim(made)

    def spans(self, items: Iterable[Item], leaves: list[Node]) -> list[Node]:
        found: list[Node] = []
        for item in items:
            if isinstance(item, str):
                leaf = {"t": "text", "text": item}
            elif item["tag"] == "br":
                leaf = {"t": "br"}
            elif item["tag"] == "code":
                leaf = {"t": "code", "text": _text(item["children"]), **_about(item["attrs"])}
            elif item["tag"] in INLINE:
                found.append(self.span(item, leaves))
                continue
            else:
                raise ValueError(f"<{item['tag']}> stands in a line of text.")
            found.append(leaf)
            leaves.append(leaf)
        return found

    def span(self, element: Node, leaves: list[Node]) -> Node:
        tag, attrs = _SAME.get(element["tag"], element["tag"]), element["attrs"]
        made: Node = {"t": tag, "c": self.spans(element["children"], leaves), **_about(attrs)}
        if tag != "a":
            return made
        try:
            href = urlsplit(urljoin(self.address, attrs.get("href", ""))).geturl()
        except ValueError:  # such as http://[
            href = ""
        whole = href.startswith(("https:", "http:", "mailto:")) and len(href) <= LONGEST_LINK
        return {**made, "href": href} if whole else {**made, "t": "span"}


def _about(attrs: dict[str, str]) -> Node:
    """Language and region (BCP 47) and the classes that have a meaning on paper."""
    made: Node = {}
    if attrs.get("lang"):
        made["lang"], *rest = attrs["lang"].split("-")
        # A script, as in zh-Hant, has four letters; a region two.
        made["region"] = next((part for part in rest if len(part) == 2), None)
    classes = [name for name in attrs.get("class", "").split() if name in CLASSES]
    return {**made, "class": classes} if classes else made


def _all(row: list[Node], name: str) -> bool:
    return bool(row) and all(name in cell.get("class", []) for cell in row)


def _only(element: Node, *tags: str) -> Iterator[Node]:
    for child in element["children"]:
        if isinstance(child, str):
            if child.strip():
                raise ValueError(f"Text stands in <{element['tag']}> outside its parts.")
        elif child["tag"] not in tags:
            raise ValueError(f"<{child['tag']}> stands in <{element['tag']}>.")
        else:
            yield child


def _text(items: Iterable[Item]) -> str:
    return "".join(item if isinstance(item, str) else _text(item["children"]) for item in items)


def _slim(nodes: Iterable[Node]) -> list[Item]:
    """Text as plain strings, without what has become empty."""
    found: list[Item] = []
    for node in nodes:
        if node["t"] == "text":
            found += [node["text"]] if node["text"] else []
        elif "c" in node:
            inner = _slim(node["c"])
            found += [{**node, "c": inner}] if inner else []
        elif node["t"] != "code" or node["text"]:
            found.append(node)
    return found
