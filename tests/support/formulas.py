"""The formulas of a text in Markdown."""

import re

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|(?<![\\$])\$(?![\s$]).+?(?<![\s\\])\$(?!\$)", re.DOTALL)


def formulas(text):
    """All formulas, display and inline, without the white space that a page may change."""
    return ["".join(formula.split()) for formula in FORMULA.findall(text)]


def formulas_of(markdown):
    """All formulas of a cell, outside of its code."""
    return formulas(CODE.sub("", markdown))
