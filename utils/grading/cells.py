"""Where in a submitted notebook an answer stands, and which of its other cells it needs. Runs nothing, and only where
answers run: to parse what anybody may have written is no work for the process that judges.
"""

import ast
import builtins
import re
import symtable
from dataclasses import dataclass, field
from functools import cached_property

from utils.notebooks.answers import source_hash

COURSE = "utils"
GIVEN = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "display", "get_ipython", "exit", "quit"}
MAGIC = re.compile(r"^(\s*)([%!?].*|.*\?\s*$)")


_REMEMBERED = {}  # what is known of the code cells of a chapter as it was handed out, by their source


@dataclass(eq=False)
class Cell:
    """A cell of a submission.

    Attributes:
        place: its place in the notebook, counted from 0.
        id: its id; empty where it has none.
        kind: ``"code"``, ``"markdown"`` or ``"raw"``.
        source: its text.
        stub: the hash of the stub that it was built with; empty where it is no exercise.
    """

    place: int
    id: str
    kind: str
    source: str
    stub: str = ""

    @property
    def is_handed_out(self):
        """Whether a cell of the chapter has this source, word by word."""
        return self.source.strip() in _REMEMBERED

    @cached_property
    def code(self):
        """Its source without the commands of IPython, each line in its place."""
        if self.source.lstrip().startswith("%%"):
            return "\n" + self.source.lstrip().partition("\n")[2]
        return "\n".join(MAGIC.sub(r"\1pass", line) for line in self.source.split("\n"))

    @cached_property
    def tree(self):
        """Its syntax tree, or None where it is no Python."""
        try:
            return ast.parse(self.code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def _names(self):
        try:
            table = symtable.symtable(self.code, "cell", "exec")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return frozenset(), frozenset()
        binds = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
        reads = {s.get_name() for s in table.get_symbols() if s.is_referenced()}
        tables = list(table.get_children())
        while tables:
            inner = tables.pop()
            tables += inner.get_children()
            for symbol in inner.get_symbols():
                if symbol.is_global() and symbol.is_declared_global() and symbol.is_assigned():
                    binds.add(symbol.get_name())
                if symbol.is_global() and symbol.is_referenced():
                    reads.add(symbol.get_name())
        return frozenset(binds), frozenset(reads)

    @property
    def binds(self):
        """The names that it defines for other cells."""
        return self._names[0]

    @property
    def reads(self):
        """The names that it, or a function in it, reads from outside."""
        return self._names[1]


def remember(cell):
    """Keep what was found out about a cell that was handed out, so that nobody has to parse it again."""
    if cell.kind == "code":
        _REMEMBERED[cell.source.strip()] = {name: getattr(cell, name) for name in ("code", "tree", "_names")}


def known(cell):
    """The same cell, with what is remembered about its source."""
    vars(cell).update(_REMEMBERED.get(cell.source.strip(), {}))
    return cell


@dataclass
class Found:
    """Where an answer was found.

    Attributes:
        cell: the cell that counts, or None where the exercise was not attempted.
        helpers: the cells that it needs, in the order in which they are to be run.
        remarks: what was unusual, as sentences.
    """

    cell: Cell | None = None
    helpers: list = field(default_factory=list)
    remarks: list = field(default_factory=list)


def find(exercise, cells, chapter, given):
    """The answer to an exercise in a submission.

    Args:
        exercise: a dict with ``name``, ``answer_name``, ``id``, ``stub`` and the ``hash`` of that.
        cells: the cells of the submission.
        chapter: the cells of the chapter as it was handed out.
        given: the names that its import cells define.
    """
    name, identity = exercise["answer_name"], exercise["id"]
    own = [cell for cell in cells if cell.id == identity]
    stamped = [cell for cell in cells if cell.stub == exercise["hash"] and cell not in own]
    definers = [
        cell
        for cell in cells
        if cell.kind == "code" and name in cell.binds and not cell.is_handed_out
        if cell not in own and cell not in stamped
    ]
    remarks = []
    if len(own) > 1:
        remarks.append(f"{len(own)} cells have the id of this exercise.")
    pool = sorted([*own, *stamped, *definers], key=lambda cell: cell.place)
    answers = [cell for cell in pool if not is_blank(cell, exercise)]
    if not answers:
        return Found(None, [], remarks if pool else ["The cell of this exercise is not in the notebook."])
    checks = [
        cell.place for cell in cells if cell.id == f"{identity}-check" or f"{exercise['name']}.check(" in cell.source
    ]
    above = [cell for cell in answers if checks and cell.place <= max(checks)]
    chosen = (above or answers)[-1]
    if len(answers) > 1:
        remarks.append(f"{len(answers)} cells answer this exercise; the last one above its check counts.")
    if chosen not in own:
        remarks.append(
            f"The answer was found by {'its stamp' if chosen in stamped else 'its name'}, not by its cell id."
        )
    elif is_moved(identity, cells, chapter):
        remarks.append("The cell was moved.")
    if checks and chosen.place > max(checks):
        remarks.append("The answer stands below its check.")
    if chosen.kind != "code":
        remarks.append(f"The cell had become a {chosen.kind} cell; it was taken as code.")
    if chosen.stub and chosen.stub != exercise["hash"]:
        remarks.append("This exercise was handed out in another version.")
    helpers = helpers_of(chosen, cells, chapter, given, max([chosen.place, *checks]), remarks)
    return Found(chosen, helpers, remarks)


def is_moved(identity, cells, chapter):
    """Whether a cell stands before one that it was handed out after, or the other way round."""
    here = [cell.id for cell in cells]
    there = [cell.id for cell in chapter if cell.id in here]
    if identity not in there:
        return False
    here, place = [i for i in dict.fromkeys(here) if i in there], there.index(identity)
    before = set(here[: here.index(identity)])
    return len(before ^ set(there[:place])) > len(here) // 4  # others may have been moved over it


def is_blank(cell, exercise):
    """Whether nothing was written into a cell, or nothing that could be an answer."""
    source = cell.source.rstrip()
    if not source or source == exercise["stub"].rstrip() or source_hash(source) == cell.stub:
        return True
    if cell.tree is None:
        return False
    values = [_answer_in(line, exercise["answer_name"]) for line in cell.tree.body]
    values = [value for value in values if value is not None]
    return bool(values) and all(_is_dots(value) for value in values)


def _answer_in(line, name):
    """What a statement gives to a name, as a node; None where it gives it nothing."""
    if isinstance(line, (ast.FunctionDef, ast.ClassDef)) and line.name == name:
        return line
    if isinstance(line, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in line.targets):
        return line.value
    return None


def _is_dots(value):
    body = value.body if isinstance(value, ast.FunctionDef) else [ast.Expr(value)]
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) and _is_filler(line.value.value, value))
        for line in body
    )


def _is_filler(constant, value):
    return constant is ... or (isinstance(constant, str) and isinstance(value, ast.FunctionDef))


def helpers_of(cell, cells, chapter, given, here, remarks):
    """The cells that define what a cell reads freely, directly or through others, in the order of the notebook.

    The last definition above the check counts, as in a notebook that is run from the top; a first one below it where
    there is none above. What was deleted comes from the chapter as it was handed out.
    """
    own = [other for other in cells if other.kind == "code" and other.tree is not None]
    handed_out = [other for other in chapter if other.kind == "code"]
    found, waiting, done = {}, [cell], set()
    while waiting:
        reader = waiting.pop()
        for name in sorted(reader.reads - GIVEN - done - cell.binds - (reader.binds if reader is not cell else set())):
            done.add(name)
            sources = [other for other in own if name in other.binds and other is not cell]
            if name in given:  # an import cell gives it; only a change by the learner counts
                sources = [other for other in sources if not other.is_handed_out]
            above = [other for other in sources if other.place <= here]
            if sources:
                source = above[-1] if above else sources[0]
            else:
                source = next((other for other in handed_out if name in other.binds and name not in given), None)
                if source is None:
                    continue
                remarks.append(f"`{name}` was taken from the chapter as it was handed out.")
            if id(source) not in found:
                found[id(source)] = source
                waiting.append(source)
    return sorted(found.values(), key=lambda other: other.place)


def import_cells(chapter):
    """The cells of a chapter that import and set up, before its first exercise."""
    chosen = []
    for cell in chapter:
        if cell.stub:
            break
        if cell.kind != "code" or cell.tree is None:
            continue
        plain = all(isinstance(line, (ast.Import, ast.ImportFrom, ast.Expr, ast.Assign)) for line in cell.tree.body)
        if plain and any(isinstance(line, (ast.Import, ast.ImportFrom)) for line in cell.tree.body):
            chosen.append(cell)
    return chosen


def imported(cells):
    """The top names of the packages that some cells import, or parts of functions in them."""
    roots = set()
    for node in (node for cell in cells if cell.tree is not None for node in ast.walk(cell.tree)):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.partition(".")[0])
    return roots


def course_names(cells, modules):
    """What of the course's own functions some cells mention openly, such as ``reference.softmax``.

    Args:
        cells: the answer and what it needs.
        modules: names that stand for modules of the course.
    """
    found = set()
    for node in (node for cell in cells if cell.tree is not None for node in ast.walk(cell.tree)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            found.add(f"{node.value.id}.{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == COURSE:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.partition(".")[0] == COURSE}
    return sorted(found)


def without_words(cell):
    """The source of a cell without its comments and with no text in its strings; empty where it is no Python."""
    if cell.tree is None:
        return ""
    try:
        return ast.unparse(ast.fix_missing_locations(_Wordless().visit(ast.parse(cell.code))))
    except (RecursionError, ValueError, MemoryError):
        return ""


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node):
        return (
            ast.Constant("…")
            if isinstance(node.value, str)
            else ast.Constant(b"")
            if isinstance(node.value, bytes)
            else node
        )

    def visit_JoinedStr(self, node):
        return ast.Constant("…")

    def visit_body(self, node):
        self.generic_visit(node)
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.value.value == "…":
            node.body = node.body[1:] or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = visit_Module = visit_body
