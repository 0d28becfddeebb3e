"""Whether a wording typed on the site may be used: what it reaches, what it says, and where a mistake is. Pure.

What may stand in it is a list, not a list of what may not: fields of its things, our filters, ``if`` and ``for`` over
lists that are short, the shared parts of the shipped text, and whatever the shipped text itself says, as it stands.
So nothing else of a row can be reached, and nothing can be called or repeated that the shipped text does not.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from jinja2 import nodes

from .fields import FIELDS, WAYS, root_of
from .shipped import Shipped, as_it_stands, path_of

MOST_PIECES, DEEPEST = 600, 16
COMPARED = {"eq", "ne", "gt", "gteq", "lt", "lteq"}
SIGNS_ALLOWED = "Only {% if %}, {% elif %}, {% else %}, {% endif %}, {% for %}, {% endfor %} and {% include %} can be used."
Scope = Mapping[str, str]  # a name, and the path it stands for


class Wrong(Exception):
    """A piece that may not stand there."""

    def __init__(self, node: nodes.Node, said: str) -> None:
        super().__init__(said)
        self.line, self.said = node.lineno or 1, said


class Checker:
    """Walks through a wording and raises ``Wrong`` at the first piece that may not stand there."""

    def __init__(self, shipped: Shipped) -> None:
        self.shipped = shipped
        self.pieces = self.depth = 0

    def check_all(self, tree: nodes.Template) -> None:
        """The whole of it, with the fields it may use in scope."""
        scope = {root_of(path): root_of(path) for path in self.shipped.paths}
        self.block(tree.body, scope, deep=0)

    def block(self, body: list[nodes.Node], scope: Scope, *, deep: int) -> None:
        """The pieces of a block one after the other; what is set in it counts from there on."""
        known = dict(scope)
        self.depth += 1
        for node in body:
            if isinstance(node, nodes.Assign):
                self.assign(node, known)
            else:
                self.piece(node, known, deep=deep)
        self.depth -= 1

    def assign(self, node: nodes.Assign, known: dict[str, str]) -> None:
        """Something worked out: only as the shipped text does it."""
        if as_it_stands(node) not in self.shipped.expressions or not isinstance(node.target, nodes.Name):
            raise Wrong(node, "{% set %} can only be used as it stands in the shipped text.")
        self.names(node.node, known)
        known[node.target.name] = ""

    def piece(self, node: nodes.Node, scope: Scope, *, deep: int) -> None:
        """One piece: text, a field, a condition, a list, a shared part."""
        self.count(node)
        if isinstance(node, nodes.Output):
            for child in node.nodes:
                if not isinstance(child, nodes.TemplateData):
                    self.value(child, scope)
        elif isinstance(node, nodes.If):
            self.condition(node, scope, deep=deep)
        elif isinstance(node, nodes.For):
            self.loop(node, scope, deep=deep)
        elif isinstance(node, nodes.Include):
            self.part(node)
        else:
            raise Wrong(node, f"This sign cannot be used in a mail. {SIGNS_ALLOWED}")

    def condition(self, node: nodes.If, scope: Scope, *, deep: int) -> None:
        """A part that is only there if something holds."""
        if not list(node.test.find_all(nodes.Name)) and not isinstance(node.test, nodes.Name):
            raise Wrong(node, "This condition is always the same. It has to ask about a field.")
        self.value(node.test, scope, bare=True)
        branches: list[list[nodes.Node]] = [node.body, [*node.elif_], node.else_]
        for body in branches:
            self.block(body, scope, deep=deep)

    def loop(self, node: nodes.For, scope: Scope, *, deep: int) -> None:
        """A part that is there for each line of a list of ours; not within another, unless it stands as it ships."""
        if as_it_stands(node) in self.shipped.expressions:
            own = {one.name: "" for one in node.find_all(nodes.Name) if one.ctx == "store"}
            return self.names(node, {**scope, **own, "loop": "loop"})
        path = self.path(node.iter, scope)
        if deep or node.recursive or not any(p.startswith(f"{path}[]") for p in self.shipped.paths):
            raise Wrong(node, "Only the lists of this mail can be gone through, and not one within another.")
        if node.test is not None or node.else_:
            raise Wrong(node, "A list is gone through as it is, without “if” or “else”.")
        if isinstance(node.target, nodes.Name):
            targets = {node.target.name: f"{path}[]"}
        elif as_it_stands(node.target) in self.shipped.expressions:
            targets = {one.name: "" for one in node.target.find_all(nodes.Name)}
        else:
            raise Wrong(node, "Give each line one name, such as {% for date in dates %}.")
        for name in targets:
            if name in ("link", "loop") or name in scope:
                raise Wrong(node, f"“{name}” is taken. Choose another name for the lines of the list.")
        self.block(node.body, {**scope, **targets, "loop": "loop"}, deep=deep + 1)
        return None

    def part(self, node: nodes.Include) -> None:
        """A shared part: one that the shipped text has."""
        name = getattr(node.template, "value", None)
        if name not in self.shipped.parts or node.ignore_missing:
            allowed = ", ".join(sorted(self.shipped.parts)) or "none"
            raise Wrong(node, f"This part cannot be used in this mail. Those that can: {allowed}.")

    def value(self, node: nodes.Node, scope: Scope, *, bare: bool = False) -> None:
        """Something with a value. ``bare``: it is only asked whether it is there."""
        self.count(node)
        self.depth += 1
        self.kind_of_value(node, scope, bare=bare)
        self.depth -= 1

    def kind_of_value(self, node: nodes.Node, scope: Scope, *, bare: bool) -> None:
        """The same by what it is: a word, a field, something of the shipped text, a choice, a comparison."""
        if isinstance(node, nodes.Const):
            return None
        if (path := self.path(node, scope)) is not None:
            return self.field(node, path, bare=bare)
        if as_it_stands(node) in self.shipped.expressions and not isinstance(node, nodes.Name):
            return self.names(node, scope)
        if isinstance(node, nodes.Filter) and node.node is not None:
            return self.way(node, scope)
        if isinstance(node, nodes.CondExpr):
            self.value(node.test, scope, bare=True)
            for one in (node.expr1, node.expr2):
                if one is not None:
                    self.value(one, scope)
            return None
        if isinstance(node, (nodes.And, nodes.Or, nodes.Not)):
            bare = bare or isinstance(node, nodes.Not)
        elif isinstance(node, nodes.Compare):
            if any(one.op not in COMPARED for one in node.ops):
                raise Wrong(node, "This comparison cannot be used in a mail.")
        elif not isinstance(node, (nodes.Concat, nodes.Operand)):
            raise Wrong(node, refusal(node))
        for child in node.iter_child_nodes():
            self.value(child, scope, bare=bare)
        return None

    def count(self, node: nodes.Node) -> None:
        """How much there is, and how deep."""
        self.pieces += 1
        if self.pieces > MOST_PIECES:
            raise Wrong(node, "This text has too many fields and conditions.")
        if self.depth > DEEPEST:
            raise Wrong(node, "This is nested too deeply.")

    def way(self, node: nodes.Filter, scope: Scope) -> None:
        """A filter of ours, with plain words or fields beside it."""
        if node.name not in WAYS:
            raise Wrong(
                node,
                f"There is no way to write a field called “{node.name}”. {meant(node.name, WAYS)}".strip(),
            )
        self.value(node.node, scope, bare=node.name == "length")  # type: ignore[arg-type]
        for one in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self.value(one, scope)
        if node.dyn_args or node.dyn_kwargs:
            raise Wrong(node, "This cannot be used in a mail.")

    def path(self, node: nodes.Node, scope: Scope) -> str | None:
        """The path a name stands for, loops seen through; None for what is no path. Refuses unknown names."""
        plain = path_of(node)
        if plain is None:
            return None
        for one in [node, *node.find_all(nodes.Getitem)]:
            if isinstance(one, nodes.Getitem):
                self.index(one)
        name = root_of(plain)
        if name == "link" or name not in scope:
            raise Wrong(node, f"There is no field called “{name}”. {meant(name, self.roots())}".strip())
        start = scope[name]
        return plain if not start else start + plain[len(name) :]

    def index(self, node: nodes.Getitem) -> None:
        """Which line of a list: a number, or from one to another."""
        arg = node.arg
        limits = [arg.start, arg.stop, arg.step] if isinstance(arg, nodes.Slice) else [arg]
        if any(
            one is not None and not (isinstance(one, nodes.Const) and type(one.value) is int)
            for one in limits
        ):
            raise Wrong(node, "A line of a list is named by its number, such as sessions[0].")

    def field(self, node: nodes.Node, path: str, *, bare: bool) -> None:
        """A field that this wording has; a whole thing or list can only be asked whether it is there."""
        paths, name = self.shipped.paths, root_of(path)
        if path in paths or (name == "loop" and path in ("loop.index", "loop.first", "loop.last")):
            return
        if path == name and name not in {root_of(p) for p in paths}:
            return  # worked out by the shipped text
        if bare and any(p.startswith((path + ".", path + "[")) for p in paths):
            return
        if as_it_stands(node) in self.shipped.expressions and path.count(".") + path.count("[") == 0 and bare:
            return
        if any(p.startswith((path + ".", path + "[")) for p in paths):
            whole = next(p for p in FIELDS if p in paths and p.startswith((path + ".", path + "[")))
            raise Wrong(node, f"“{path}” is more than one thing. Name a part of it, such as “{whole}”.")
        raise Wrong(node, f"There is no field called “{path}”. {meant(path, paths)}".strip())

    def names(self, node: nodes.Node, scope: Scope) -> None:
        """Every name in a piece that stands as it ships has to be there too."""
        for name in (node, *node.find_all(nodes.Name)):
            if isinstance(name, nodes.Name) and name.name != "link" and name.name not in scope:
                raise Wrong(node, f"There is no field called “{name.name}” here.")

    def roots(self) -> set[str]:
        """The first words of the fields."""
        return {root_of(path) for path in self.shipped.paths}


def refusal(node: nodes.Node) -> str:
    """What to say of a piece that is neither a field nor a way to write one."""
    if isinstance(node, nodes.Call):
        return "Nothing can be called from a mail. For a link, write its whole address, or copy it from the shipped text."
    return "Only fields can stand between {{ and }}, with a filter from the list."


def meant(word: str, known: object) -> str:
    """A guess at what was meant; "" where nothing is near."""
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)  # type: ignore[call-overload]
    return f"Did you mean “{found[0]}”?" if found else ""
