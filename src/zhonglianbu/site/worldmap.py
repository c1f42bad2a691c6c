"""The world as one inline SVG: a path for each country, a dot for each that is too small to see.

Shapes are those of world-atlas (Natural Earth 1:50m, de facto boundaries) in the Equal Earth
projection (Šavrič, Patterson and Jenny 2018), drawn when the site is built.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import asin, cos, hypot, radians, sin, sqrt
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from ..package import JSON, PackageError

WIDTH, HEIGHT = 960, 462
#: Points nearer to the one before than this are left out; in units of the drawing.
NEAR = 0.8
#: A shape with a smaller box, in units of the drawing, is marked by a dot as well.
SMALL = 5.0
#: A piece of land that is narrower can be a territory which the atlas draws as part of its state.
APART = 14.0
Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """What is drawn of one country: an SVG path, and where a dot goes if it is too small."""

    path: str
    dot: Point | None


def project(lon: float, lat: float) -> Point:
    """Equal Earth, in units of the drawing; longitude and latitude in degrees."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    t = asin(sqrt(3) / 2 * sin(radians(lat)))
    t2, t6 = t * t, t**6
    x = (
        2 * sqrt(3) * radians(lon) * cos(t)
        / (3 * (9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1))
    )  # fmt: skip
    y = t * (a4 * t6 * t2 + a3 * t6 + a2 * t2 + a1)
    scale = WIDTH / 5.412
    return WIDTH / 2 + x * scale, HEIGHT / 2 - y * scale


def shapes(atlas: Path, points: Path, countries: Iterable[JSON]) -> tuple[dict[str, Shape], str]:
    """The shape of each country by its id, and one path of all land that is no country's.

    Args:
        atlas: a topology of countries whose ids are M49 codes.
        points: CSV of ``country_id,longitude,latitude,place`` for those that the atlas lacks.
        countries: rows of the table ``countries``.

    Raises:
        PackageError: a country is neither in the atlas nor among the points.
    """
    topology = json.loads(atlas.read_text(encoding="utf-8"))
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    drawn: dict[str, list[list[Point]]] = {}
    rest: list[list[Point]] = []
    codes = {row["m49"]: row["country_id"] for row in countries if row["m49"]}
    codes["Kosovo"] = "XKX"  # has no M49 code, and no id in the atlas
    for geometry in topology["objects"]["countries"]["geometries"]:
        name = codes.get(geometry.get("id") or geometry["properties"]["name"])
        rings = _rings(geometry, arcs)
        (drawn.setdefault(name, []) if name else rest).extend(rings)
    with points.open(encoding="utf-8", newline="") as file:
        placed = {
            row["country_id"]: project(float(row["longitude"]), float(row["latitude"]))
            for row in csv.DictReader(file)
        }
    for code, (x, y) in placed.items():
        _take_over(drawn, code, x, y)
    found = {}
    for row in countries:
        code = row["country_id"]
        if code in drawn:
            found[code] = Shape(_path(drawn[code]), _dot(drawn[code]))
        elif code in placed:
            found[code] = Shape("", placed[code])
        else:
            raise PackageError(
                f"{points}: no place for {code} ({row['name_en']}), which the map does not draw: "
                "add a line with its longitude and latitude"
            )
    return found, _path(rest)


def svg(
    found: dict[str, Shape],
    rest: str,
    level: Callable[[str], int],
    label: Callable[[str], str],
    about: str,
) -> Markup:
    """The map.

    Args:
        level: class of a country by its id, 0 (nothing found) upwards.
        label: what a pointer on the country shows.
        about: what the map shows, for those who do not see it.
    """
    parts = [
        f'<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(about)}">',
        f'<path class="land" d="{rest}"/>',
    ]
    dots = []
    for code, shape in sorted(found.items()):
        opening = f'class="q{level(code)}" data-id="{code}"'
        title = f"<title>{escape(label(code))}</title>"
        if shape.path:
            parts.append(f'<path {opening} d="{shape.path}">{title}</path>')
        if shape.dot and (level(code) or not shape.path):
            x, y = shape.dot
            dots.append(f'<circle {opening} cx="{x:.1f}" cy="{y:.1f}" r="3">{title}</circle>')
    return Markup("".join([*parts, *dots, "</svg>"]))


def _take_over(drawn: dict[str, list[list[Point]]], code: str, x: float, y: float) -> None:
    """Give a territory the small piece of land about its point, which the atlas gives another."""
    for rings in drawn.values():
        for ring in rings:
            xs, ys = [one for one, _ in ring], [one for _, one in ring]
            if (
                max(xs) - min(xs) < APART
                and min(xs) - 1 <= x <= max(xs) + 1
                and min(ys) - 1 <= y <= max(ys) + 1
                and len(rings) > 1
                and max(map(_width, rings)) > APART
            ):
                rings.remove(ring)
                drawn[code] = [ring]
                return


def _width(ring: list[Point]) -> float:
    return max(x for x, _ in ring) - min(x for x, _ in ring)


def _arc(arc: list[list[int]], transform: dict[str, Any]) -> list[Point]:
    """An arc in degrees; thinned here, so that neighbours keep one border."""
    (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    line: list[Point] = []
    last: Point = (-WIDTH, -HEIGHT)
    for index, (dx, dy) in enumerate(arc):
        x, y = x + dx, y + dy
        place = x * sx + tx, y * sy + ty
        point = project(*place)
        if (
            index in (0, len(arc) - 1)
            or hypot(point[0] - last[0], point[1] - last[1]) >= NEAR
            or abs(place[0]) > 179.9  # where a shape is cut, no point may go
        ):
            line.append(place)
            last = point
    return line


def _rings(geometry: JSON, arcs: list[list[Point]]) -> list[list[Point]]:
    """The rings of a country in units of the drawing."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    rings = []
    for polygon in polygons:
        for ring in polygon:
            line: list[Point] = []
            for index in ring:
                piece = arcs[index] if index >= 0 else arcs[~index][::-1]
                line += piece[1:] if line else piece
            rings.append([project(*place) for place in _unwrapped(line)])
    return rings


def _unwrapped(ring: list[Point]) -> list[Point]:
    """A ring that goes on beyond 180 degrees instead of jumping to the other side of the map.

    Only one that goes round the south pole jumps there, along the lower edge.
    """
    south = any(lat < -89 for _, lat in ring)
    line = [ring[0]]
    for lon, lat in ring[1:]:
        turn = round((line[-1][0] - lon) / 360)
        if turn and south:
            edge = 180.0 * turn
            line += [(edge, line[-1][1]), (edge, -90.0), (-edge, -90.0), (-edge, lat)]
            turn = 0
        line.append((lon + 360 * turn, lat))
    return line


def _path(rings: list[list[Point]]) -> str:
    """An SVG path in relative steps of a tenth of a unit."""
    parts = []
    for ring in rings:
        places = [(round(x * 10), round(y * 10)) for x, y in ring]
        (x, y), steps = places[0], []
        for nx, ny in places[1:]:
            if (nx, ny) != (x, y):
                steps.append(f"{_tenth(nx - x)},{_tenth(ny - y)}")
                x, y = nx, ny
        if len(steps) > 1:
            parts.append(f"M{_tenth(places[0][0])},{_tenth(places[0][1])}l{' '.join(steps)}z")
    return "".join(parts)


def _tenth(value: int) -> str:
    return f"{value / 10:g}"


def _dot(rings: list[list[Point]]) -> Point | None:
    """The middle of the largest ring, if even that is too small to see."""
    boxes = []
    for ring in rings:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        boxes.append((max(xs) - min(xs), max(ys) - min(ys), min(xs), min(ys)))
    width, height, x, y = max(boxes, key=lambda box: box[0] * box[1])
    return None if max(width, height) > SMALL else (x + width / 2, y + height / 2)
