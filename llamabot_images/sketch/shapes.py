"""Outlines as lists of corners; nothing here draws."""

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache

__all__ = ["Point", "limb", "oval", "ring_part", "rounded_box", "smooth", "star", "trace", "waves"]

Point = tuple[float, float]


@lru_cache(maxsize=1024)
def trace(text: str) -> tuple[Point, ...]:
    """Return the points written as ``x,y x,y …``."""
    pairs = (pair.split(",") for pair in text.split())
    return tuple((float(x), float(y)) for x, y in pairs)


def smooth(points: Sequence[Point], *, closed: bool = True, steps: int = 7) -> list[Point]:
    """Return a curve through *points* (Catmull-Rom), with *steps* corners for each of them."""
    count = len(points)
    curve: list[Point] = []
    for i in range(count if closed else count - 1):
        p0 = points[(i - 1) % count] if closed or i else points[i]
        p1, p2 = points[i], points[(i + 1) % count]
        p3 = points[(i + 2) % count] if closed or i + 2 < count else p2
        curve.extend(_segment(p0, p1, p2, p3, steps))
    return curve if closed else [*curve, points[-1]]


def _segment(p0: Point, p1: Point, p2: Point, p3: Point, steps: int) -> Iterator[Point]:
    for step in range(steps):
        t = step / steps
        a, b = -0.5 * t + t * t - 0.5 * t**3, 1 - 2.5 * t * t + 1.5 * t**3
        c, d = 0.5 * t + 2 * t * t - 1.5 * t**3, -0.5 * t * t + 0.5 * t**3
        yield a * p0[0] + b * p1[0] + c * p2[0] + d * p3[0], a * p0[1] + b * p1[1] + c * p2[1] + d * p3[1]


def oval(x: float, y: float, rx: float, ry: float, turn: float = 0.0, count: int = 40) -> list[Point]:
    """Return an oval turned by *turn* degrees."""
    return ring_part(x, y, rx, ry, 0.0, 360.0 * (count - 1) / count, turn, count)


def ring_part(
    x: float, y: float, rx: float, ry: float, start: float, end: float, turn: float = 0.0, count: int = 24
) -> list[Point]:
    """Return the part of an oval from *start* to *end* degrees (0 is right, 90 is down)."""
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    points = []
    for i in range(count):
        angle = math.radians(start + (end - start) * i / (count - 1))
        px, py = rx * math.cos(angle), ry * math.sin(angle)
        points.append((x + px * cos - py * sin, y + px * sin + py * cos))
    return points


def rounded_box(left: float, top: float, right: float, low: float, radius: float) -> list[Point]:
    """Return a box with round corners."""
    r = min(radius, (right - left) / 2, (low - top) / 2)
    corners = ((right - r, low - r, 0), (left + r, low - r, 90), (left + r, top + r, 180), (right - r, top + r, 270))
    return [p for x, y, start in corners for p in ring_part(x, y, r, r, start, start + 90, count=7)]


def limb(points: Sequence[Point], widths: Sequence[float], *, steps: int = 8) -> list[Point]:
    """Return a rounded strip along *points* whose thickness goes through *widths*."""
    path = smooth(points, closed=False, steps=steps)
    wide = [w for w, _ in smooth([(w, 0.0) for w in widths], closed=False, steps=steps)]
    left: list[Point] = []
    right: list[Point] = []
    for i, (x, y) in enumerate(path):
        before, after = path[max(i - 1, 0)], path[min(i + 1, len(path) - 1)]
        dx, dy = after[0] - before[0], after[1] - before[1]
        half = max(wide[i], 0.0) / 2 / (math.hypot(dx, dy) or 1.0)
        left.append((x + dy * half, y - dx * half))
        right.append((x - dy * half, y + dx * half))
    return [*left, *_cap(left[-1], right[-1]), *reversed(right), *_cap(right[0], left[0])]


def _cap(first: Point, last: Point) -> list[Point]:
    """Return the half circle that closes a strip from *first* to *last*."""
    x, y = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
    radius = math.hypot(first[0] - last[0], first[1] - last[1]) / 2
    start = math.degrees(math.atan2(first[1] - y, first[0] - x))
    return ring_part(x, y, radius, radius, start, start + 180, count=9)


def star(x: float, y: float, radius: float, *, inner: float = 0.45, tips: int = 5, turn: float = 0.0) -> list[Point]:
    """Return a star with *tips* points, one of them upwards."""
    points = []
    for i in range(tips * 2):
        angle = math.radians(turn - 90 + 180 * i / tips)
        reach = radius if i % 2 == 0 else radius * inner
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    return points


def waves(
    left: float, right: float, y: float, parts: Sequence[tuple[float, float, float]], step: float = 0.02
) -> list[Point]:
    """Return a line from *left* to *right* at height *y*: a sum of (height, length, phase) waves."""
    count = max(8, min(600, int((right - left) / step)))
    line = []
    for i in range(count + 1):
        x = left + (right - left) * i / count
        line.append((x, y + sum(h * math.sin(2 * math.pi * (x / length + phase)) for h, length, phase in parts)))
    return line
