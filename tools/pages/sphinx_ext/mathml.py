r"""A Sphinx extension that writes formulas as MathML when the page is built.

Browsers draw MathML by themselves, so a page with formulas loads no script. `latex2mathml` does
the translation; what it leaves to the reader's browser to guess is put right here: signs that it
takes for letters, spacing around the names of functions, and the alignment of columns, which
MathML Core leaves to CSS.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from docutils import nodes
from latex2mathml import converter
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from mgc.errors import BookError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

RENDERER = "mgc_mathml"
ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
ROW_SPACE = re.compile(r"(\\\\)\s*\[[^\]]*\]")
CAPITAL_GREEK = re.compile("[Α-Ω]")  # upright, as TeX has them
THIN = {"width": "0.167em"}
RELATIONS = {"~": "∼"}
OPERATORS = frozenset("±∓∼×⋅")
ACCENTS = {"^": "ˆ", "~": "˜"}
NEGATIVE = {"negativethinmathspace": "-0.167em", "negativemediummathspace": "-0.222em"}


def to_mathml(tex: str, *, display: bool = False) -> str:
    r"""Translate a formula.

    Parameters
    ----------
    tex : str
        LaTeX of one formula, without dollar signs.
    display : bool
        Whether it stands on lines of its own.

    Returns
    -------
    str
        A `<math>` element; its annotation holds the LaTeX.

    Raises
    ------
    BookError
        `latex2mathml` does not know a command of the formula, or cannot read it.
    """
    source = ROW_SPACE.sub(r"\1", tex).strip()
    try:
        root = converter.convert_to_element(source, display="block" if display else "inline")
    except Exception as error:
        raise BookError(f"formula cannot be written as MathML ({error!r}): {source}") from error
    for element in root.iter():
        if element.text and "\\" in element.text:
            raise BookError(f"MathML has no translation of {element.text} in: {source}")
    _repair(root)
    content = list(root)
    for child in content:
        root.remove(child)
    semantics = ET.SubElement(root, "semantics")
    row = ET.SubElement(semantics, "mrow")
    row.extend(content)
    annotation = ET.SubElement(semantics, "annotation", encoding="application/x-tex")
    annotation.text = source
    return ET.tostring(root, encoding="unicode")


def rows(tex: str) -> str:
    r"""Put paragraphs, or lines that end in `\\` outside of an environment, below each other."""
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    joined = r" \\ ".join(parts)
    if r"\\" not in ENVIRONMENT.sub("", joined):
        return joined
    return rf"\begin{{split}} {joined} \end{{split}}"


def _repair(root: ET.Element) -> None:
    """Correct what the translation leaves to chance."""
    for element in root.iter():
        if element.text:
            element.text = html.unescape(element.text)
        text = element.text or ""
        if element.tag == "mi" and RELATIONS.get(text, text) in OPERATORS:
            element.tag, element.text = "mo", RELATIONS.get(text, text)
        if element.tag == "mi" and CAPITAL_GREEK.fullmatch(text):
            element.set("mathvariant", "normal")
        if element.tag == "mspace" and element.get("width") in NEGATIVE:
            element.set("width", NEGATIVE[str(element.get("width"))])
        if element.tag == "mover" and element.get("accent") == "true":
            mark, sign = element[1], html.unescape(element[1].text or "")
            mark.text = ACCENTS.get(sign, sign)
            mark.set("stretchy", "false")
        if (column := element.attrib.pop("columnalign", None)) is not None:
            element.set("style", f"text-align: {column}")
        for name in ("columnspacing", "rowspacing"):
            element.attrib.pop(name, None)
    for element in list(root.iter()):
        _space_functions(element)


def _space_functions(parent: ET.Element) -> None:
    """Set the name of a function apart from letters and numbers beside it, as TeX does."""
    if parent.tag not in ("mrow", "math", "mtd", "mstyle"):
        return
    children = list(parent)
    for index in range(len(children) - 1, -1, -1):
        name = children[index]
        if name.tag != "mi" or len(name.text or "") < 2:
            continue
        if index + 1 < len(children) and not _opens(children[index + 1]):
            parent.insert(index + 1, ET.Element("mspace", THIN))
        if index and children[index - 1].tag not in ("mo", "mspace"):
            parent.insert(index, ET.Element("mspace", THIN))


def _opens(element: ET.Element) -> bool:
    """Whether an element brings its own distance: a bracket, a sign or a space."""
    return element.tag in ("mo", "mspace") or (
        element.tag == "mrow" and len(element) > 0 and _opens(element[0])
    )


def visit_math(self: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(f'<span class="math">{_translated(node, node.astext())}</span>')
    raise nodes.SkipNode


def visit_displaymath(self: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number and the place links lead to."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(_translated(node, rows(node.astext()), display=True))
    self.body.append("</div>\n")
    raise nodes.SkipNode


def _translated(node: nodes.Element, tex: str, *, display: bool = False) -> str:
    """Translate a formula of a page; one that cannot be is a warning, which ends the build."""
    try:
        return to_mathml(tex, display=display)
    except BookError as error:
        logging.getLogger(__name__).warning(str(error), location=node)
        return ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer; `html_math_renderer: mgc_mathml` chooses it."""
    app.add_html_math_renderer(RENDERER, (visit_math, None), (visit_displaymath, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
