"""The wordings that ship, read as what they may use and what they must say. Pure: files in, plain values out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, nodes

from ..config import ROOT
from .fields import ALWAYS, FIELDS, form_of, root_of

FOLDER = ROOT / "templates"
SETTINGS = re.compile(r"((?:\{% set [^\n]*%\}\n)*)Subject: ?([^\n]*)\n\s*(.*)", re.S)
SIGNS = Environment(trim_blocks=True, lstrip_blocks=True)  # reads; nothing is ever run in it
TOLD = ("starts_at", "place")
TEXT = "text-"  # how the wording of a text message begins; it has no subject


@dataclass(frozen=True)
class Shipped:
    """A wording as it ships."""

    subject: str
    text: str
    paths: frozenset[str]  # the fields it may use
    expressions: frozenset[str]  # what it says that is more than a field, as it stands
    parts: frozenset[str]  # the shared parts it includes
    said: frozenset[str]  # what a letter of this wording has to hold
    by_text: bool = False  # whether it is a text message, which has no subject


def composed(subject: str, text: str) -> str:
    """Subject and text as one template; what is worked out at the head of the text counts for the subject too.

    A text message has no subject: its text is the whole.
    """
    if not subject:
        return text
    head = re.match(r"(?:\s*\{% set [^\n]*%\}\n)*", text)
    end = head.end() if head else 0
    return f"{text[:end]}Subject: {subject}\n\n{text[end:]}"


@cache
def shipped(wording: str) -> Shipped:
    """A wording that ships. Raises FileNotFoundError for another name."""
    by_text = wording.startswith(TEXT)
    source = source_of(f"texts/{wording.removeprefix(TEXT)}.txt" if by_text else f"emails/{wording}.txt")
    found = SETTINGS.fullmatch(source)
    if found is None and not by_text:
        raise ValueError(f"{wording} does not begin with its subject")
    trees, parts = with_parts(SIGNS.parse(source))
    return Shipped(
        subject=found[2].strip() if found else "",
        text=(f"{found[1]}{found[3]}" if found else source).strip() + "\n",
        paths=paths_for(trees),
        expressions=frozenset(as_it_stands(node) for tree in trees for node in tree.find_all(nodes.Node)),
        parts=parts,
        said=frozenset(said for tree in trees for said in said_in(tree)),
        by_text=by_text,
    )


def source_of(name: str) -> str:
    """The text of a template of ours."""
    if not re.fullmatch(r"(?:emails|texts)/[a-z-]+\.txt", name):
        raise FileNotFoundError(name)
    return Path(FOLDER / name).read_text(encoding="utf-8")


def with_parts(tree: nodes.Template) -> tuple[list[nodes.Template], frozenset[str]]:
    """A wording and the shared parts it includes, and theirs; with the names of those parts."""
    trees, names, todo = [tree], set[str](), [tree]
    while todo:
        for include in todo.pop().find_all(nodes.Include):
            name = str(getattr(include.template, "value", ""))
            if name not in names:
                names.add(name)
                part = SIGNS.parse(source_of(name))
                trees.append(part)
                todo.append(part)
    return trees, frozenset(names)


def as_it_stands(node: nodes.Node) -> str:
    """A piece of a wording, for telling whether another is the same."""
    return repr(node)


def paths_for(trees: list[nodes.Template]) -> frozenset[str]:
    """The fields of the things that a wording uses, in the form in which it uses them; of a list its lines too."""
    forms = {(root_of(path), form_of(path)) for tree in trees for path in used(tree)}
    roots = {root for root, _ in forms}
    things = {root_of(path) for path in FIELDS if form_of(path) == "."}
    return frozenset(
        path
        for path in FIELDS
        if (root := root_of(path)) in ALWAYS
        or (root, form := form_of(path)) in forms
        or (form == "[" and root in roots - things)
    )


def used(tree: nodes.Node) -> set[str]:
    """The paths in a template, those of a loop's lines as the list's."""
    loops = {path_of(loop.iter) for loop in tree.find_all(nodes.For)}
    return {f"{path}[]" if path in loops else path for path in tops(tree)}


def tops(node: nodes.Node) -> Iterator[str]:
    """Every path as it is written, without the shorter ones it is made of."""
    if path := path_of(node):
        yield path
    else:
        for child in node.iter_child_nodes():
            yield from tops(child)


def path_of(node: nodes.Node) -> str | None:
    """``sessions[].starts_at`` of sessions[0].starts_at; None for what is not a plain path."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        start = path_of(node.node)
        return start and f"{start}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        start = path_of(node.node)
        if isinstance(node.arg, nodes.Slice):
            return start
        return start and f"{start}[]"
    return None


MUST = {
    "course": "the course’s title",
    "when": "when it is",
    "where": "where it is",
    "back": "the link with which the place is given back",
    "token": "the reader’s own link",
    "code": "the code",
    "link": "the reader’s own link to the date",
    "typed": "what the training team wrote",
}


def said_in(tree: nodes.Node) -> set[str]:
    """Which of the things in ``MUST`` a template really writes (not only asks about)."""
    found = set()
    for node in written(tree):
        path = path_of(node) or ""
        if path == "course.title":
            found.add("course")
        if path.endswith("starts_at"):
            found.add("when")
        if path.endswith("place"):
            found.add("where")
        if path in ("token", "typed"):
            found.add(path)
        if path == "our_link":
            found.add("link")
        if path.startswith("code"):
            found.add("code")
        if path in BACK or (isinstance(node, nodes.Const) and str(node.value).endswith("/cancel")):
            found.add("back")
    return found


BACK = ("no_link", "back_link", "release_link", "enough", "give_back_link")


def written(node: nodes.Node) -> list[nodes.Node]:
    """The pieces of a template whose value may stand in the letter; what is only asked about is left out."""
    if isinstance(node, nodes.If):
        branches = [*node.body, *node.elif_, *node.else_]
        return [piece for branch in branches for piece in written(branch)]
    if isinstance(node, nodes.CondExpr):
        return [piece for one in (node.expr1, node.expr2) if one for piece in written(one)]
    if isinstance(node, nodes.For):
        return [piece for one in node.body for piece in written(one)]
    if isinstance(node, nodes.Assign):
        return []
    if path_of(node):
        return [node]
    return [node, *(piece for child in node.iter_child_nodes() for piece in written(child))]
