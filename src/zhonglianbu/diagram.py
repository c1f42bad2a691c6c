"""The tables and their foreign keys as a drawing (SVG), for pages that load nothing."""

from __future__ import annotations

from html import escape

import networkx as nx

from .package import Package

_WIDTH, _LINE, _GAP_X, _GAP_Y = 225, 16, 80, 18


def svg(package: Package) -> str:
    """Each table a box with its foreign keys in it, each key a line to the table it points at.

    A table stands to the right of all that it points at. Keys to ``ids`` are left out.
    """
    keys = {
        table.name: [(fields[0], to) for fields, to, _ in table.foreign_keys if to != "ids"]
        for table in package.tables
    }
    graph = nx.DiGraph()
    graph.add_nodes_from(keys)
    graph.add_edges_from((to, name) for name, own in keys.items() for _, to in own if to != name)
    places: dict[str, tuple[int, int]] = {}
    bottom = 0
    for column, tables in enumerate(nx.topological_generations(graph)):
        y = 1
        for name in tables:
            places[name] = (1 + column * (_WIDTH + _GAP_X), y)
            y += _height(keys[name]) + _GAP_Y
        bottom = max(bottom, y)
    right = max(x for x, _ in places.values()) + _WIDTH + 1
    boxes = [_box(name, keys[name], *places[name]) for name in keys]
    lines = [
        _line(f"{name}.{field} to {to}", places[to], places[name], row)
        for name, own in keys.items()
        for row, (field, to) in enumerate(own, 1)
        if to != name
    ]
    return (
        f'<svg viewBox="0 0 {right} {bottom}" width="{right}" height="{bottom}" role="img" '
        'aria-label="Diagram of the tables and their foreign keys" font-family="sans-serif" '
        f'font-size="12" stroke-width="1">{"".join(lines)}{"".join(boxes)}</svg>'
    )


def _height(own: list[tuple[str, str]]) -> int:
    return _LINE * (len(own) + 1) + 6


def _box(name: str, own: list[tuple[str, str]], x: int, y: int) -> str:
    rows = [f'<text x="{x + 6}" y="{y + _LINE}" font-weight="bold">{escape(name)}</text>']
    for row, (field, to) in enumerate(own, 1):
        text = escape(f"{field} → {to}")  # a long line may pass behind other boxes
        rows.append(f'<text x="{x + 6}" y="{y + _LINE * (row + 1)}">{text}</text>')
    return (
        f'<g><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_height(own)}" fill="#fff" '
        f'stroke="#555"/>{"".join(rows)}</g>'
    )


def _line(title: str, start: tuple[int, int], end: tuple[int, int], row: int) -> str:
    """From the head of one table's box to a key's row in another's."""
    x1, y1 = start[0] + _WIDTH, start[1] + _LINE - 4
    x2, y2 = end[0], end[1] + _LINE * (row + 1) - 4
    bend = _GAP_X // 2
    return (
        f'<path d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" fill="none" '
        f'stroke="#999"><title>{escape(title)}</title></path>'
    )
