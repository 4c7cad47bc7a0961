"""How wide the columns of a table are, from what is to be said in them."""

from collections.abc import Iterator
from typing import Any

# In points: between the margins, around the text of a cell, the most that a column asks for, where labels stand, and
# where they stand before more than one column.
WIDTH, PADDING, MOST, LABELS, BRIEF = 470.0, 14.0, 400.0, 150.0, 110.0
# Of a letter in a table: of a text, and of a word, which may be in capitals.
USUAL, WIDE = 4.4, 4.8


def columns(rows: list[list[dict[str, Any]]]) -> list[float]:
    """One width for each column: as its text asks where that is little, the others share what is left."""
    if rows and all([cell["head"] for cell in row] == [True, False] for row in rows):
        # Labels and what is stated: alike in all tables of a document.
        return [LABELS, WIDTH - LABELS]
    if rows and all(cell["head"] for cell in rows[0]) and _labelled(rows[1:], len(rows[0])):
        # Two parties side by side: what one says, or leaves open to be written by hand, narrows nobody's column.
        beside = len(rows[0]) - 1
        return [BRIEF, *[(WIDTH - BRIEF) / beside] * beside]
    asked: dict[int, tuple[float, float]] = {}
    for at, cell in _placed(rows):
        for column in range(at, at + cell["colspan"]):
            asked.setdefault(column, (PADDING, PADDING))
        if cell["colspan"] == 1:
            least, most = _least(cell), PADDING + USUAL * max(map(len, lines(cell)), default=0)
            asked[at] = max(asked[at][0], least), max(asked[at][1], most, least)
    return _shared([asked[column] for column in sorted(asked)])


def whole(rows: list[list[dict[str, Any]]], widths: list[float]) -> None:
    """Note on each cell whether all of its words fit into its columns: none of them is cut then."""
    for at, cell in _placed(rows):
        width = WIDTH * sum(widths[at : at + cell["colspan"]]) / sum(widths)
        cell["whole"] = _least(cell) <= width


def _least(cell: dict[str, Any]) -> float:
    """The width of a cell’s longest word."""
    return PADDING + WIDE * max((len(word) for line in lines(cell) for word in line.split()), default=0)


def _labelled(rows: list[list[dict[str, Any]]], across: int) -> bool:
    return (
        across > 2
        and bool(rows)
        and all([cell["head"] for cell in row] == [True] + [False] * (across - 1) for row in rows)
    )


def _placed(rows: list[list[dict[str, Any]]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each cell with its first column, beside those that reach down from rows above."""
    taken: set[tuple[int, int]] = set()
    for down, row in enumerate(rows):
        at = 0
        for cell in row:
            while (down, at) in taken:
                at += 1
            yield at, cell
            spanned = range(at, at + cell["colspan"])
            taken |= {(down + more, column) for more in range(cell["rowspan"]) for column in spanned}


def _shared(asked: list[tuple[float, float]]) -> list[float]:
    """Widths from the least and the most that each column asks for, WIDTH in all where they need it."""
    widths: dict[int, float] = {}
    while waiting := [at for at in range(len(asked)) if at not in widths]:
        left = WIDTH - sum(widths.values())
        # What fits into an equal share is given whole. Of what is left, none gets less than its longest word.
        found = {at: asked[at][1] for at in waiting if asked[at][1] <= left / len(waiting)}
        if not found:
            wanted = {at: min(asked[at][1], MOST) for at in waiting}
            shares = {at: left * wanted[at] / sum(wanted.values()) for at in waiting}
            found = {at: asked[at][0] for at in waiting if asked[at][0] > shares[at]} or shares
        widths |= found
    return [round(widths[at], 1) for at in range(len(asked))]


def lines(node: Any) -> Iterator[str]:
    """The texts of a cell that begin on lines of their own."""
    if isinstance(node, str):
        yield node
    elif node["t"] == "dl":
        for item in node["items"]:
            yield f"{_said(item['term'])}: {_said(item['said'])}"
    elif node["t"] in {"div", "quote", "ul", "ol"}:
        for child in node.get("c") or node.get("items") or []:
            yield from lines(child)
    else:
        line = ""
        for child in node.get("c", [node]):
            if isinstance(child, dict) and child["t"] == "br":
                yield line
                line = ""
            else:
                line += _said(child)
        yield line


def _said(node: Any) -> str:
    if isinstance(node, str):
        return node
    parts = node.get("c") or node.get("items") or []
    return node.get("text", "") + "".join(map(_said, parts))
