"""From the SVG that matplotlib writes to the one we serve: described for screen readers, and half the size."""

import re
from html import escape

# Letters come as outlines on a grid of 4,096 units or more; at our sizes an eighth of that is more than enough.
FINER, COARSER = 'transform="scale(0.015625)"', 'transform="scale(0.125)"'
GLYPH = re.compile(r' d="([^"]*)" ' + re.escape(FINER))
LONG_FRACTION = re.compile(r"(\.\d\d)\d{2,}(?=[ \")])")
NAME = re.compile(r'(id="|href="#)([\w-]+)"')
SHIFT = re.compile(r' transform="translate\(([-\d.]+) 0\)"/>')


def served(svg: str, *, key: str, title: str, description: str) -> str:
    """An SVG document whose role, title and description are set and which holds nothing only machines read."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="\w+_\d+">', "<g>", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg)
    svg = GLYPH.sub(lambda found: f' d="{coarser(found[1])}" {COARSER}', svg)
    svg = SHIFT.sub(lambda found: f' x="{float(found[1]):.1f}"/>', svg)
    names: dict[str, str] = {}
    svg = NAME.sub(lambda found: f'{found[1]}{names.setdefault(found[2], f"s{len(names)}")}"', svg)
    svg = LONG_FRACTION.sub(r"\1", svg)
    return _described(svg, key, title, description)


def coarser(outline: str) -> str:
    """The same outline on the coarser grid, each point told from the one before it."""
    pen, steps = [0, 0], []
    for command, numbers in re.findall(r"([MLQCz])([^MLQCz]*)", outline):
        points = [round(float(number) / 8) for number in numbers.split()]
        origin = [0, 0] if command == "M" else pen
        moves = " ".join(str(point - origin[axis % 2]) for axis, point in enumerate(points))
        steps.append((command if command == "M" else command.lower()) + moves.replace(" -", "-"))
        pen = points[-2:] or pen
    return "".join(steps)


def _described(svg: str, key: str, title: str, description: str) -> str:
    named, told = f"title-{key[:12]}", f"words-{key[:12]}"
    svg = svg.replace("<svg ", f'<svg role="img" aria-labelledby="{named} {told}" ', 1)
    head = svg.index(">") + 1
    words = f'<title id="{named}">{escape(title)}</title><desc id="{told}">{escape(description)}</desc>'
    return svg[:head] + words + svg[head:]
