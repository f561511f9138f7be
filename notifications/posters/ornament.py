"""Ornaments drawn by code after motifs of the Malay world: bamboo shoots, kawung, and the weaver's star.

*Pucuk rebung*, rows of bamboo shoots, edges Malay cloth and carving; *kawung*, four seeds around a point, is one of the
oldest batik patterns; the eight-pointed star stands on songket. Each is plain geometry, returned as SVG of its own.
"""

from __future__ import annotations

import math


def svg(width: float, height: float, body: str) -> str:
    """Return an SVG document of `width` × `height` pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}">{body}</svg>'
    )


def shoots(width: float, height: float, *, colours: tuple[str, str, str], count: int = 9) -> str:
    """Return a row of bamboo shoots standing on the lower edge: nested leaves that taper to a point."""
    outer, middle, inner = colours
    step = width / count
    parts: list[str] = []
    for number in range(count):
        centre = step * (number + 0.5)
        for share, colour in ((1.0, outer), (0.68, middle), (0.36, inner)):
            parts.append(_leaf(centre, height, step * share, height * (0.35 + 0.65 * share), colour))
        parts.append(_diamond(centre, height * 0.94, step * 0.07, outer))
    for number in range(count + 1):
        parts.append(_leaf(step * number, height, step * 0.42, height * 0.34, middle))
        parts.append(_diamond(step * number, height * 0.84, step * 0.05, inner))
    return svg(width, height, "".join(parts))


def _leaf(centre: float, floor: float, width: float, height: float, colour: str) -> str:
    half, tip = width / 2, floor - height
    belly = floor - height * 0.45
    return (
        f'<path fill="{colour}" d="M{centre - half:.1f} {floor:.1f} C{centre - half:.1f} {belly:.1f} '
        f"{centre - half * 0.2:.1f} {tip + height * 0.2:.1f} {centre:.1f} {tip:.1f} C{centre + half * 0.2:.1f} "
        f'{tip + height * 0.2:.1f} {centre + half:.1f} {belly:.1f} {centre + half:.1f} {floor:.1f} Z"/>'
    )


def _diamond(x: float, y: float, size: float, colour: str) -> str:
    points = f"{x:.1f},{y - size * 1.5:.1f} {x + size:.1f},{y:.1f} {x:.1f},{y + size * 1.5:.1f} {x - size:.1f},{y:.1f}"
    return f'<polygon fill="{colour}" points="{points}"/>'


def kawung(width: float, height: float, *, ground: str, seed: str, heart: str, cell: float = 120) -> str:
    """Return a field of kawung: around every crossing four seeds, each with a slit, and a small star between."""
    seeds: list[str] = []
    slits: list[str] = []
    between: list[str] = []
    for row in range(math.ceil(height / cell) + 1):
        for column in range(math.ceil(width / cell) + 1):
            x, y = column * cell, row * cell
            for angle in (45, 135, 225, 315):
                seeds.append(_seed(x, y, cell=cell, angle=angle, long=cell * 0.3, short=cell * 0.165))
                slits.append(_seed(x, y, cell=cell, angle=angle, long=cell * 0.165, short=cell * 0.026))
            between += [_diamond(x + cell / 2, y, cell * 0.05, heart), _diamond(x, y + cell / 2, cell * 0.05, heart)]
    # One path a colour: a sheet has a thousand seeds, and a thousand elements would take seconds to draw.
    body = (
        f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/><path fill="{seed}" d="{"".join(seeds)}"/>'
        f'<path fill="{heart}" d="{"".join(slits)}"/>'
    )
    return svg(width, height, body + "".join(between))


def _seed(x: float, y: float, *, cell: float, angle: int, long: float, short: float) -> str:
    """Return an ellipse of half-axes `long` and `short` as two arcs, turned by `angle` and away from the crossing."""
    along_x, along_y = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    centre_x, centre_y = x + cell * 0.345 * along_x, y + cell * 0.345 * along_y
    far = f"{centre_x + long * along_x:.1f} {centre_y + long * along_y:.1f}"
    near = f"{centre_x - long * along_x:.1f} {centre_y - long * along_y:.1f}"
    arc = f"A{long:.1f} {short:.1f} {angle} 1 1"
    return f"M{near}{arc} {far}{arc} {near}Z"


def star(size: float, *, colour: str, heart: str, ring: str) -> str:
    """Return a weaver's star: two squares crossed, a ring of small diamonds, an eight-petalled heart."""
    centre, outer = size / 2, size * 0.46
    parts = [_polygon(centre, outer, outer * 0.72, 8, colour)]
    parts.append(_polygon(centre, outer * 0.78, outer * 0.56, 8, ring))
    parts.append(_polygon(centre, outer * 0.6, outer * 0.26, 8, heart))
    for number in range(8):
        angle = math.radians(22.5 + number * 45)
        parts.append(
            _diamond(
                centre + outer * 0.9 * math.cos(angle), centre + outer * 0.9 * math.sin(angle), size * 0.014, colour
            )
        )
    return svg(size, size, "".join(parts))


def _polygon(centre: float, outer: float, inner: float, tips: int, colour: str) -> str:
    points = " ".join(
        f"{centre + radius * math.cos(angle):.1f},{centre + radius * math.sin(angle):.1f}"
        for number in range(tips * 2)
        for radius in ((outer, inner)[number % 2],)
        for angle in (math.pi * number / tips - math.pi / 2,)
    )
    return f'<polygon fill="{colour}" points="{points}"/>'


def slope(width: float, height: float, *, ground: str, band: str, bead: str, step: float = 54) -> str:
    """Return slanted bands with beads between them, after *parang*, for notices."""
    parts = [f'<rect width="{width:g}" height="{height:g}" fill="{ground}"/>']
    for number in range(math.ceil((width + height) / step) + 1):
        x = number * step - height
        parts.append(
            f'<path fill="{band}" d="M{x:.1f} {height:g} L{x + height:.1f} 0 h{step * 0.5:.1f} '
            f'L{x + step * 0.5:.1f} {height:g} Z"/>'
        )
        middle = x + height / 2 + step * 0.75
        parts.append(_diamond(middle, height / 2, step * 0.1, bead))
    return svg(width, height, "".join(parts))


def chain(width: float, height: float, *, line: str, bead: str) -> str:
    """Return a border of diamonds between two lines, lengthwise, as songket has on its edge; upright if it is high."""
    long, thick = max(width, height), min(width, height)
    step = thick * 1.15
    count = max(int(long // step), 1)
    step = long / count
    parts = [f'<rect width="{long:g}" height="{thick * 0.09:.1f}" fill="{line}"/>']
    parts.append(f'<rect y="{thick * 0.91:.1f}" width="{long:g}" height="{thick * 0.09:.1f}" fill="{line}"/>')
    for number in range(count):
        parts.append(_diamond(step * (number + 0.5), thick / 2, thick * 0.2, bead))
        if number:
            parts.append(_diamond(step * number, thick / 2, thick * 0.07, line))
    body = "".join(parts)
    if height > width:
        body = f'<g transform="translate({width:g} 0) rotate(90)">{body}</g>'
    return svg(width, height, body)
