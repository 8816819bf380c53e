"""The rules that every notebook keeps, as functions from a notebook to a list of problems."""

import ast
import json
import re
import symtable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from html.parser import HTMLParser

from utils.notebooks.execute import WIDGET_VIEW
from utils.notebooks.format import has_tag

LONGEST_CELL = 18  # lines that are not blank; the course aims at fifteen
LARGEST_OUTPUT = 1_500_000  # characters in one notebook
UNWANTED = re.compile(r"\b(simply|obviously|trivially)\b", re.IGNORECASE)
MACHINE_PATH = re.compile(
    r"(?<![\w.])/(?:home|root|tmp|Users|usr|opt|var|mnt)/|\b[A-Z]:\\+(?:Users|Windows|Program|Temp)"
)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def outputs(notebook):
    """Pairs of a cell and one of its outputs."""
    return [(cell, output) for cell in code_cells(notebook) for output in cell.outputs]


# Outputs and metadata


def error_outputs(notebook):
    return [f"{cell.id}: {output.ename}" for cell, output in outputs(notebook) if output.output_type == "error"]


def counts_out_of_order(notebook):
    """Executed once, from top to bottom, in a fresh kernel."""
    counts = [cell.execution_count for cell in code_cells(notebook)]
    return [] if counts == list(range(1, len(counts) + 1)) else [f"execution counts are {counts}"]


def foreign_kernel(notebook):
    name = notebook.metadata.get("kernelspec", {}).get("name")
    return [] if name == "python3" else [f"kernelspec is {name}"]


def stored_widgets(notebook):
    """Without a kernel a stored widget view says "model not found"; the picture beside it is shown instead."""
    problems = [cell.id for cell, output in outputs(notebook) if WIDGET_VIEW in output.get("data", {})]
    return problems + ["widget state"] * ("widgets" in notebook.metadata)


def large_outputs(notebook):
    size = sum(len(json.dumps(output)) for _, output in outputs(notebook))
    return [f"{size} characters of output"] if size > LARGEST_OUTPUT else []


def machine_paths(notebook):
    """Paths that exist on one machine only."""
    problems = []
    for cell in notebook.cells:
        texts = [cell.source] + [text for output in cell.get("outputs", []) for text in strings(output)]
        problems += [f"{cell.id}: {found.group()}" for text in texts if (found := MACHINE_PATH.search(text))]
    return problems


def strings(value):
    """All strings in an output, the data of pictures aside."""
    if isinstance(value, str):
        return [re.sub(r"base64,[A-Za-z0-9+/=]+", "", value)]
    if isinstance(value, dict):
        return [text for key, item in value.items() if not key.startswith("image/") for text in strings(item)]
    return [text for item in value for text in strings(item)] if isinstance(value, list) else []


# Code


def parse(cell):
    return compile(cell.source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def not_plain_python(notebook):
    """Magics, shell commands, and a semicolon that hides an output in JupyterLab but not under nbval."""
    problems = []
    for cell in code_cells(notebook):
        try:
            tree = parse(cell)
        except SyntaxError as error:
            problems.append(f"{cell.id}: {error.msg} in {(error.text or '').strip()!r}")
            continue
        if any(isinstance(node, ast.Name) and node.id == "get_ipython" for node in ast.walk(tree)):
            problems.append(f"{cell.id}: get_ipython")
        if cell.source.rstrip().endswith(";"):
            problems.append(f"{cell.id}: a semicolon at the end")
    return problems


def star_imports(notebook):
    return [
        f"{cell.id}: from {node.module}"
        for cell in code_cells(notebook)
        for node in ast.walk(parse(cell))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]


def long_cells(notebook):
    sizes = {cell.id: sum(bool(line.strip()) for line in cell.source.splitlines()) for cell in code_cells(notebook)}
    return [
        f"{cell.id}: {sizes[cell.id]} lines"
        for cell in code_cells(notebook)
        if not has_tag(cell, "exercise") and sizes[cell.id] > LONGEST_CELL
    ]


def names_of(cell):
    """What a cell reads from and what it binds in the namespace of the notebook: two sets of names."""
    reads, binds, tables = set(), set(), [symtable.symtable(cell.source, "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if table.get_type() == "module":
                if symbol.is_referenced():
                    reads.add(symbol.get_name())
                if symbol.is_assigned() or symbol.is_imported():
                    binds.add(symbol.get_name())
            elif symbol.is_global():
                reads |= {symbol.get_name()} if symbol.is_referenced() else set()
                binds |= {symbol.get_name()} if symbol.is_assigned() else set()
    return reads, binds


def names_defined_by(cell):
    """The functions, classes and values that the cell of an exercise defines; what it imports is no answer."""
    names = set()
    for node in parse(cell).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            names |= {
                part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
            }
    return names


def answers_read_elsewhere(notebook):
    """A blank exercise is ``...``: a cell that uses its name breaks, and one that binds it again erases the answer."""
    answers = {cell.id: names_defined_by(cell) for cell in code_cells(notebook) if has_tag(cell, "exercise")}
    everything = set().union(*answers.values())
    problems = []
    for cell in code_cells(notebook):
        if has_tag(cell, "exercise"):
            continue
        reads, binds = names_of(cell)
        own = answers.get(cell.id.removesuffix("-check"), set()) if has_tag(cell, "check") else set()
        problems += [f"{cell.id}: reads {name}" for name in sorted(reads & (everything - own))]
        problems += [f"{cell.id}: binds {name}" for name in sorted(binds & everything)]
    return problems


def checks_of_other_exercises(notebook):
    """The check cell ``ch01-softmax-check`` calls ``ch01.softmax.check``."""
    problems = []
    for cell in code_cells(notebook):
        call = cell.id.removesuffix("-check").replace("-", ".", 1) + ".check("
        if has_tag(cell, "check") and call not in cell.source:
            problems.append(f"{cell.id}: does not call {call}...)")
    return problems


def checks_not_passed(notebook):
    """What stands in a solution notebook is accepted by the check beside it."""
    problems = []
    for cell in code_cells(notebook):
        texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        if has_tag(cell, "check") and not any(text.startswith("Correct") for text in texts):
            problems.append(f"{cell.id}: {texts}")
    return problems


# Pictures


class Page(HTMLParser):
    """The text of an HTML output, alternative texts included, and its pictures."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.pictures = [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.texts.append(" ")
        if tag == "img":
            self.pictures.append(dict(attributes).get("alt"))
            self.texts.append(self.pictures[-1] or "")

    def handle_data(self, data):
        self.texts.append(data)


def silent_pictures(notebook):
    """Pictures that say nothing to a reader who does not see them."""
    problems = []
    for cell, output in outputs(notebook):
        data = output.get("data", {})
        if "text/html" in data and not all(alt and alt.strip() for alt in Page(data["text/html"]).pictures):
            problems.append(f"{cell.id}: an <img> without alternative text")
        if "text/html" not in data and any(key.startswith("image/") for key in data):
            problems.append(f"{cell.id}: an image without HTML; show it with utils.display")
    return problems


# Prose


def without_links(text):
    """Markdown without the targets of its links; what a link says stays."""
    text = re.sub(r"<!--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"(?m)^\s*\[(?!\^)[^\]]+\]:\s*\S+.*$", " ", text)
    text = re.sub(r"\]\((?:[^()]|\([^()]*\))*\)", "]", text)
    return re.sub(r"<?\bhttps?://[^\s>)]+>?", " ", text)


def words_only(text):
    """Markdown without code, mathematics and the targets of links."""
    text = re.sub(r"(?ms)^\s*(```+|~~~+).*?^\s*\1\s*$", " ", text)
    text = re.sub(r"(`+).+?\1", " ", text, flags=re.DOTALL)
    text = re.sub(r"\$\$.+?\$\$|\\\[.+?\\\]|\\\(.+?\\\)|\\begin\{(\w+\*?)\}.+?\\end\{\1\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"(?<!\\)\$[^$]+\$", " ", text)
    return re.sub(r"!(?=\[)", " ", without_links(text))


def loud_words(notebook):
    """Words that tell a reader who is stuck that she should not be, and exclamation marks."""
    problems = []
    for cell in markdown_cells(notebook):
        words = words_only(cell.source)
        problems += [f"{cell.id}: {found.group()!r}" for found in UNWANTED.finditer(words)]
        problems += [
            f"{cell.id}: exclamation mark after {words[:at][-20:]!r}" for at, c in enumerate(words) if c == "!"
        ]
    return problems


def missing_parts(notebook, name):
    """What a numbered chapter has: three Break it boxes, and the table of sources."""
    if name[:2] == "00":
        return []
    boxes = sum(has_tag(cell, "break-it") for cell in notebook.cells)
    problems = [f"{boxes} cells with the tag break-it"] if boxes < 3 else []
    heading = re.compile(r"^#+\s.*\bWhere this comes from\b", re.IGNORECASE | re.MULTILINE)
    if not any(heading.search(cell.source) for cell in markdown_cells(notebook)):
        problems.append("no heading with 'Where this comes from'")
    return problems


# Numbers in prose


@dataclass(frozen=True)
class Number:
    """A number as it stands in a text."""

    value: Decimal
    decimal: bool  # written with a point and digits behind it
    cut: bool = False  # followed by an ellipsis: its digits may be cut off instead of rounded
    sign_unsure: bool = False  # a minus with a space behind it may be a sign, a subtraction or a bullet

    @cached_property
    def exponent(self):
        """The power of ten of the last place."""
        return self.value.as_tuple().exponent

    @cached_property
    def step(self):
        """One unit in the last place."""
        return Fraction(10) ** self.exponent

    @property
    def significant_digits(self):
        return len(self.value.as_tuple().digits)

    def is_rounded(self, printed):
        """Whether this number is a printed one, rounded to the digits it has."""
        if printed.exponent > self.exponent:
            return False
        if abs(abs(float(self.value)) - abs(float(printed.value))) > 2 * float(self.step):
            return False
        for sign in (1, -1) if self.sign_unsure else (1,):
            mine, other = Fraction(self.value) * sign, Fraction(printed.value)
            if abs(mine - other) <= self.step / 2:
                return True
            if self.cut and mine * other > 0 and 0 <= abs(other) - abs(mine) < self.step:
                return True
        return False


SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
MINUS = re.compile(r"(?P<left>[\w)\]}]?)(?P<gap>\s*)-(?P<space>[ \t]*)$")  # `a-1` and `a - 1` subtract, `a -1` does not
NUMBER = re.compile(
    r"""(?<![\w.])
        (?P<digits>(?:\d{1,3}(?:,\d{3})+|\d+)?\.\d+ | \d{1,3}(?:,\d{3})+ | \d+\.?)
        (?:[eE](?P<power>[-+]?\d+))?
        (?!\d) (?!\.\d)
        (?P<cut>\s?(?:…|\.\.\.))?""",
    re.VERBOSE,
)
PLACE = r"[1-9]\d?\.\d{1,2}(?![\d.]*\d)"
NO_NUMBERS = re.compile(
    rf"""(?i:arxiv)[:\s/]*\d{{4}}\.\d{{4,5}}  # addresses of papers
      | \b10\.\d{{4,}}/\S+
      | ^\s*\#+\s+{PLACE}  # numbered headings
      | \b(?i: (?:exercise|section|chapter|figure|table|equation|version)s?
              | Python|NumPy|SciPy|Keras|TensorFlow|PyTorch|scikit-learn|Matplotlib|JupyterLab|macOS|CUDA
        )[\s(≥>=v]* {PLACE} (?: \s*(?:,|–|-|to|and|or)\s*{PLACE} )*""",
    re.VERBOSE | re.MULTILINE,
)


def plain_numbers(text):
    """Bring the ways to write a number, LaTeX among them, to the one of Python."""
    text = text.replace("−", "-").replace("{-}", "-")
    text = re.sub(r"(?<=\d)(?:\{,\}|\\[,;!]|[\u2009\u202f])(?=\d{3})", "", text)
    text = re.sub(r"(?<=10)[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "^" + found.group().translate(SUPERSCRIPTS), text)
    text = re.sub(r"\s*(?:\\times|\\cdot|×|·|\*)\s*10\s*(?:\^|\*\*)\s*\{?\s*([-+]?\d+)\s*\}?", r"e\1", text)
    text = re.sub(r"\\[lc]?dots\b", "…", text)
    return re.sub(r"\\[A-Za-z]+", " ", text)


def numbers(text):
    """All numbers of a text, as :class:`Number`, whole numbers included."""
    found = []
    for match in NUMBER.finditer(text):
        minus = MINUS.search(text[max(0, match.start() - 8) : match.start()])
        unsure = bool(minus and minus["space"])
        negative = bool(minus) and not unsure and bool(minus["gap"] or not minus["left"])
        digits = match["digits"].replace(",", "").rstrip(".")
        value = Decimal(f"{'-' if negative else ''}{digits}e{match['power'] or 0}")
        found.append(Number(value, "." in digits, bool(match["cut"]), unsure))
    return found


def prose_numbers(notebook):
    """The decimal numbers with three or more significant digits in the Markdown of a notebook."""
    found = []
    for cell in markdown_cells(notebook):
        text = NO_NUMBERS.sub(" ", plain_numbers(without_links(cell.source)))
        found += [number for number in numbers(text) if number.decimal and number.significant_digits >= 3]
    return found


def printed_numbers(notebook):
    """The numbers that the cells of a notebook print: as text, in HTML, and in what pictures say."""
    texts = []
    for _, output in outputs(notebook):
        data = output.get("data", {})
        texts += [output.get("text", ""), data.get("text/plain", ""), *Page(data.get("text/html", "")).texts]
    return [number for text in texts for number in numbers(plain_numbers(text))]


def unprinted_numbers(notebook, name, sources):
    """The numbers in prose that no cell printed and no source is given for.

    Args:
        notebook: a solution notebook with its outputs.
        name: its name, as in ``sources``.
        sources: the tables of ``sources.toml``.
    """
    given = [numbers(plain_numbers(entry["value"]))[0] for entry in sources if entry["notebook"] == name]
    printed = list(printed_numbers(notebook))
    return [
        f"{number.value} is printed by no cell"
        for number in prose_numbers(notebook)
        if not any(entry.value == number.value for entry in given)
        and not any(number.is_rounded(other) for other in printed)
    ]


def unused_sources(notebooks, sources):
    """Entries of ``sources.toml`` that are incomplete, or whose number stands in no prose.

    Args:
        notebooks: notebooks by name.
    """
    problems = []
    for entry in sources:
        if set(entry) != {"value", "notebook", "source", "claim"} or not all(str(v).strip() for v in entry.values()):
            problems.append(f"{entry}: needs value, notebook, source and claim")
            continue
        value = numbers(plain_numbers(entry["value"]))[0].value
        prose = prose_numbers(notebooks[entry["notebook"]]) if entry["notebook"] in notebooks else []
        if value not in [number.value for number in prose]:
            problems.append(f"{entry['value']} does not stand in {entry['notebook']}")
    return problems
