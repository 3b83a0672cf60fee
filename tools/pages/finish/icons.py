"""Icons as drawings in the page, and a font of the few that style sheets set.

The theme brings all of Font Awesome as a script of 1.5 MB that replaces a dozen elements of a
page. The same drawings stand in the page from the start here, and the script is not loaded.
Style sheets set some more as letters of a font of 150 kB; theirs is cut down to those.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from fontTools import subset
from fontTools.ttLib import TTFont

from mgc.errors import BookError

SCRIPT = "scripts/fontawesome.js"
FONTS = "vendor/fontawesome/webfonts"
FONT = "fa-solid-900"
SIGN = re.compile(r"\\(f[0-9a-f]{3})\b|([\ue000-\uf8ff])")  # escaped, or as it is
SOURCE = re.compile(rf"src:url\(([^)]*{FONT})\.woff2\)[^;}}]*")
STYLES = {"fas": "fas", "fa-solid": "fas", "far": "far", "fa-regular": "far", "fab": "fab",
          "fa-brands": "fab"}  # fmt: skip
SIZES = re.compile(r"fa-(lg|sm|xs|xl|\dx|fw|spin|pulse)")


@dataclass(frozen=True)
class Icons:
    """The drawings of the theme.

    Attributes
    ----------
    packs : dict of str to str
        Source text of each style of Font Awesome: `fas`, `far`, `fab`.
    """

    packs: dict[str, str]

    @classmethod
    def of_theme(cls, static: Path) -> Icons:
        """Read the script of the theme in a folder of static files."""
        text = (static / SCRIPT).read_text(encoding="utf-8")
        packs, start = {}, 0
        for end in re.finditer(r'\w\("(fa[brs])",p\)', text):
            packs[end[1]] = text[start : end.start()]
            start = end.end()
        return cls(packs)

    def drawing(self, style: str, name: str) -> tuple[str, str]:
        """Return view box and path of an icon.

        Raises
        ------
        BookError
            The theme has no such icon.
        """
        entry = rf'["{{,]{re.escape(name)}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]'
        found = re.search(entry, self.packs.get(style, ""))
        if not found:
            raise BookError(f"the theme has no icon {name} in style {style}")
        return f"0 0 {found[1]} {found[2]}", found[3]

    def put(self, soup: BeautifulSoup) -> None:
        """Replace each element that names an icon by its drawing."""
        for element in soup.select("i[class*=fa-], span[class*=fa-]"):
            classes = element.get_attribute_list("class")
            style = next((STYLES[one] for one in classes if one in STYLES), None)
            names = [
                one[3:]
                for one in classes
                if one.startswith("fa-") and one not in STYLES and not SIZES.fullmatch(one)
            ]
            if style is None or not names:
                continue
            box, path = self.drawing(style, names[0])
            others = [one for one in classes if one not in STYLES and one[3:] != names[0]]
            drawing = soup.new_tag("svg", attrs=_attributes(element, others, box))
            drawing.append(soup.new_tag("path", attrs={"fill": "currentColor", "d": path}))
            element.replace_with(drawing)


def _attributes(element: Tag, classes: list[str], box: str) -> dict[str, Any]:
    """Attributes of a drawing: what the element had, hidden from readers of text."""
    kept: dict[str, Any] = {
        name: str(value) for name, value in element.attrs.items() if name.startswith("data-")
    }
    return kept | {
        "class": ["svg-inline--fa", *classes],
        "viewbox": box,  # browsers read it as viewBox in any spelling
        "aria-hidden": "true",
        "focusable": "false",
    }


def cut_font(static: Path) -> None:
    """Keep of the theme's fonts of icons only the signs that its style sheets set."""
    sheets = [path for path in static.rglob("*.css") if FONTS not in path.as_posix()]
    texts = {path: path.read_text(encoding="utf-8") for path in sheets}
    found = (sign for text in texts.values() for sign in SIGN.findall(text))
    signs = {int(code, 16) if code else ord(letter) for code, letter in found}
    for path in (static / FONTS).glob("*"):
        if path.name == f"{FONT}.ttf":
            font = TTFont(path)
            cutter = subset.Subsetter()
            cutter.populate(unicodes=signs)
            cutter.subset(font)
            font.flavor = "woff"
            font.save(path.with_suffix(".woff"))
        path.unlink()
    for path, text in texts.items():
        changed = SOURCE.sub(r'src:url(\1.woff) format("woff")', text)
        if changed != text:
            path.write_text(changed, encoding="utf-8")
