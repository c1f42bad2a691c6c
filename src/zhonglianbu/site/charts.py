"""Charts as inline SVG, drawn when the site is built. Colours are classes of the style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from markupsafe import Markup, escape

WIDTH = 960


@dataclass(frozen=True)
class Bar:
    """One line of a timeline: a label, its link, and from when to when.

    ``first`` and ``last`` are the outer days that the dates can mean; between ``sure_first`` and
    ``sure_last`` it held for certain. ``open`` marks an end that nobody stated.
    """

    label: str
    href: str
    title: str
    first: date
    last: date
    sure_first: date
    sure_last: date
    open: bool = False


def ticks(most: int, about: int = 4) -> list[int]:
    """Round steps from 0 that cover ``most``."""
    rough = max(most, 1) / about
    base = 10 ** floor(log10(rough)) if rough >= 1 else 1
    step = max(1, next((m * base for m in (1, 2, 5, 10) if m * base >= rough), 10 * base))
    return [int(step * n) for n in range(ceil(max(most, 1) / step) + 1)]


def _grid(steps: Sequence[int], base: float, scale: float, left: int) -> Iterable[str]:
    """A line with its number for each step above ``base``, ``scale`` pixels a unit."""
    for step in steps:
        y = base - step * scale
        yield f'<line class="grid" x1="{left}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="tick end" x="{left - 6}" y="{y + 3.5:.1f}">{step}</text>'


def by_year(
    counts: Mapping[int, Sequence[int]],
    framed: Mapping[int, str],
    span: tuple[int, int],
    about: str,
) -> Markup:
    """Bars by year, each of two parts: with parties, and others.

    Args:
        counts: year to (contacts with parties, other contacts).
        framed: year to its coverage (frame, part, found).
        span: first and last year shown.
        about: what is shown, for those who do not see it.
    """
    first, last = span
    height, left, top, bottom = 230, 34, 14, 26
    years = range(first, last + 1)
    steps = ticks(max((sum(counts.get(year, (0, 0))) for year in years), default=1))
    slot = (WIDTH - left) / len(years)
    wide = min(slot * 0.78, 26)
    scale = (height - top - bottom) / steps[-1]
    base = height - bottom
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(about)}">'
    ]
    census = [year for year in years if framed.get(year) in ("frame", "part")]
    if census:
        x, end = left + (census[0] - first) * slot, left + (census[-1] - first + 1) * slot
        parts.append(
            f'<rect class="band" x="{x:.1f}" y="{top}" width="{end - x:.1f}" '
            f'height="{base - top}"/>'
        )
    parts += _grid(steps, base, scale, left)
    every = next(n for n in (1, 2, 5, 10, 20, 50) if n * slot >= 34 or n == 50)
    for year in years:
        x = left + (year - first) * slot + (slot - wide) / 2
        party, other = counts.get(year, (0, 0))
        faint = "" if framed.get(year) in ("frame", "part") else " found"
        if party or other:
            parts.append(
                f'<g class="bar{faint}"><title>{year}: {party + other} contacts, {party} with '
                f"parties</title>"
            )
            y = float(base)
            for name, value in (("party", party), ("other", other)):
                if value:
                    y -= value * scale
                    parts.append(
                        f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" '
                        f'height="{value * scale:.1f}"/>'
                    )
            parts.append("</g>")
        if year % every == 0:
            parts.append(
                f'<text class="tick mid" x="{x + wide / 2:.1f}" y="{height - 8}">{year}</text>'
            )
    parts.append("</svg>")
    return Markup("".join(parts))


def timeline(bars: Iterable[Bar], first: int, last: int, about: str) -> Markup:
    """Bars on an axis of years, a line each; full where certain, faint where possible."""
    lines = list(bars)
    row, left, top = 24, 170, 22
    height = top + row * len(lines) + 6
    begin = date(first, 1, 1).toordinal()
    per_day = (WIDTH - left - 8) / (date(last, 12, 31).toordinal() - begin)

    def place(day: date) -> float:
        return left + max(0, min(day.toordinal() - begin, date(last, 12, 31).toordinal() - begin)) \
            * per_day  # fmt: skip

    parts = [
        f'<svg class="chart timeline" viewBox="0 0 {WIDTH} {height}" role="group" '
        f'aria-label="{escape(about)}">'
    ]
    for year in range(-(-first // 10) * 10, last + 1, 10):
        x = place(date(year, 1, 1))
        parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6}" y2="{height}"/>')
        parts.append(f'<text class="tick mid" x="{x:.1f}" y="12">{year}</text>')
    for number, bar in enumerate(lines):
        y = top + number * row
        parts.append(
            f'<a href="{escape(bar.href)}"><title>{escape(bar.title)}</title>'
            f'<rect class="hit" x="0" y="{y}" width="{WIDTH}" height="{row}"/>'
            f'<text class="name" x="0" y="{y + 15}">{escape(bar.label)}</text>'
        )
        for name, start, end in (
            ("possible", bar.first, bar.last),
            ("certain", bar.sure_first, bar.sure_last),
        ):
            if start <= end:
                x = place(start)
                wide = max(place(end) - x, 2)
                parts.append(
                    f'<rect class="{name}{" open" if bar.open else ""}" x="{x:.1f}" y="{y + 5}" '
                    f'width="{wide:.1f}" height="12" rx="1.5"/>'
                )
        parts.append("</a>")
    parts.append("</svg>")
    return Markup("".join(parts))


def dots(
    series: Mapping[str, Sequence[tuple[date, int, bool, str]]], first: int, last: int, about: str
) -> Markup:
    """Numbers over time, a dot each; a hollow dot says «more than».

    Args:
        series: style class to its (day, number, at least, label).
    """
    height, left, top, bottom = 300, 40, 12, 26
    most = max((one[1] for points in series.values() for one in points), default=1)
    steps = ticks(most)
    base = height - bottom
    scale = (base - top) / steps[-1]
    begin, end = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    parts = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(about)}">'
    ]
    parts += _grid(steps, base, scale, left)
    wide = (WIDTH - left - 16) / (end - begin)
    for year in range(first, last + 1, 5 if last - first > 12 else 1):
        x = left + (date(year, 1, 1).toordinal() - begin) * wide
        parts.append(f'<text class="tick mid" x="{x + 8:.1f}" y="{height - 8}">{year}</text>')
    for name, points in series.items():
        for day, number, least, label in points:
            x = left + 8 + (day.toordinal() - begin) * wide
            parts.append(
                f'<circle class="{name}{" least" if least else ""}" cx="{x:.1f}" '
                f'cy="{base - number * scale:.1f}" r="4.5"><title>{escape(label)}</title></circle>'
            )
    parts.append("</svg>")
    return Markup("".join(parts))
