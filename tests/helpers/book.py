"""A book of two small chapters, built as the real one is."""

from __future__ import annotations

import shutil
from io import StringIO
from pathlib import Path

import yaml
from rich.console import Console

from tests.helpers.outside import ROOT
from tools.pages import chain
from tools.pages.content.evidence import Evidence
from tools.pages.project import Options, Project

HEADER = """\
# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # {title}
# What {{glue:text}}`01_first.ipynb::answer:s` means.

# %% tags=["parameters"]
data = "gtzan-mini"
records = ""
protocol = "cv5"
variant = "quick"
seed = 0

# %%
{code}
"""
GLUE = "from mgc.display.glue import Glue\n"
GLUE += 'Glue("a thought")("answer", "forty-*two*")\nprint(data, seed)'
DRAWING = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nprint('drawn')"
EVIDENCE = Evidence("demo", "ab" * 32, 90, "cv5", "quick", 5, ("CPU",), (("keras", "3.9"),), 1.5)


def write_chapter(project: Project, name: str, code: str) -> Path:
    path = project.sources / f"{name}.py"
    path.write_text(HEADER.format(title=name, code=code), encoding="utf-8")
    return path


def make_project(root: Path) -> Project:
    project = Project(root)
    (project.sources / "records").mkdir(parents=True)
    write_chapter(project, "01_first", GLUE)
    write_chapter(project, "02_second", DRAWING)
    pages = {
        "aside": "# Aside\n",
        "index": "# Front\n\n```{include} _generated/build.md\n```\n",
        "status": "# Status\n\n## This build\n\n```{include} _generated/status.md\n```\n",
    }
    for name, text in pages.items():
        (project.sources / f"{name}.md").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "book" / "_static", project.sources / "_static")
    shutil.copy(ROOT / "CITATION.cff", root)
    shutil.copy(ROOT / "book" / "references.bib", project.sources)
    toc = {"format": "jb-book", "root": "index"}
    names = ("01_first", "02_second", "aside", "numbers", "status")
    toc["chapters"] = [{"file": name} for name in names]
    (root / "_toc.yml").write_text(yaml.safe_dump(toc))
    settings = Project(ROOT).settings
    extensions = settings["sphinx"]["local_extensions"]
    settings["sphinx"]["local_extensions"] = dict.fromkeys(extensions, str(ROOT))
    (root / "_config.yml").write_text(yaml.safe_dump(settings))
    return project


def build(project: Project, kept: Path | None = None, **options: object) -> chain.Built:
    said = Console(file=StringIO())
    chosen = Options(**({"jobs": 2} | options))
    return chain.build(project, chosen, prepare=lambda *_: EVIDENCE, console=said, kept=kept)
