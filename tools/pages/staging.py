"""Stage what Jupyter Book reads, and write the pages that a build says about itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat
import yaml

from mgc.errors import BookError
from mgc.util.atomic import whole_folder
from tools.pages.content import colophon, explorer, extras, hear, numbers
from tools.pages.content.colophon import SHOWN, table
from tools.pages.content.evidence import Evidence
from tools.pages.execute.chapters import Outcome
from tools.pages.place import find_place
from tools.pages.project import Project

AUDIO = re.compile(r"_static/audio/([A-Za-z]+\.\d{5})\.ogg")
NOT_STAGED = ("*.py", "records", "__pycache__", "*.ipynb", ".ipynb_checkpoints", ".*")


def stage(project: Project, outcomes: Sequence[Outcome], evidence: Evidence) -> Path:
    """Put the sources of the site together in `_build/source`.

    Executed notebooks, the pages and static files of `book/`, the generated pages, the
    configuration with what is known of the repository, and every demo clip that is played.

    Returns
    -------
    Path
        The staged folder.

    Raises
    ------
    BookError
        A page plays a clip that the demo edition does not have.
    """
    with whole_folder(project.source) as made:
        ignore = shutil.ignore_patterns(*NOT_STAGED)
        shutil.copytree(project.sources, made, dirs_exist_ok=True, ignore=ignore)
        for outcome in outcomes:
            notebook = nbformat.read(outcome.notebook, as_version=4)
            notebook.metadata.pop("mgc", None)
            nbformat.write(notebook, made / outcome.notebook.name)
        generated = made / "_generated"
        generated.mkdir()
        commit = commit_of(project.root)
        (generated / "build.md").write_text(build_page(evidence, commit), encoding="utf-8")
        (generated / "status.md").write_text(colophon.tables(outcomes, evidence), encoding="utf-8")
        stage_try_page(made)
        numbers.stage(made, evidence.fits)
        if (made / "explorer.md").is_file():
            explorer.stage(made, evidence.explored)
        if (made / "hear.md").is_file():
            hear.stage(made, project.build / "hear")
        extras.stage(made, project, outcomes, evidence, find_place(), commit)
        shutil.copy(project.root / "_toc.yml", made / "_toc.yml")
        settings = site_settings(yaml.safe_load((project.root / "_config.yml").read_text("utf-8")))
        (made / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        copy_clips(made, explorer.clips(evidence.explored))
    return project.source


def stage_try_page(made: Path) -> None:
    """Let the page on one's own music have its parts; only where there is such a page."""
    if (made / "try.md").is_file():
        from tools.pages.content import (
            try_page,  # it knows the network, which other pages do without
        )

        try_page.stage(made)


def copy_clips(staged: Path, also: Collection[str] = ()) -> list[str]:
    """Copy each demo clip that a staged page names, and others; return the ids of all."""
    pages = [*staged.glob("*.ipynb"), *staged.glob("*.md"), *staged.glob("_generated/*.md")]
    named = {name for page in pages for name in AUDIO.findall(page.read_text(encoding="utf-8"))}
    named |= set(also)
    if named:
        from mgc.datasets.demo import clip_path

        folder = staged / "_static" / "audio"
        folder.mkdir(parents=True, exist_ok=True)
        for name in sorted(named):
            clip = Path(clip_path(name))
            if not clip.is_file():
                raise BookError(f"a page plays {name}, which is no clip of the demo edition")
            shutil.copy(clip, folder / f"{name}.ogg")
    return sorted(named)


def site_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Add to `_config.yml` what only the place of the build knows: repository and address.

    Where they are unknown, or the theme does not know the repository's host, which would be an
    error, their buttons are left out.
    """
    place = find_place()
    html = settings.setdefault("html", {})
    if place.host:
        named = {"url": place.repository, "path_to_book": "book", "branch": place.branch}
        settings["repository"] = named
        html["use_repository_button"] = True
        html["use_issues_button"] = True
    if place.site:
        html["baseurl"] = place.site
    return settings


def commit_of(root: Path) -> str:
    """Return the commit of the checkout, and whether files differ from it."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        commit = git("rev-parse", "--short=12", "HEAD")
        return f"{commit}, with changes not committed" if git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown (not a git checkout)"


def build_page(evidence: Evidence, commit: str) -> str:
    """Write the block of the front page that says what this build rests on."""
    rows = [
        ("Data", f"{evidence.edition}, {evidence.n_tracks} tracks"),
        ("Content hash of the data", f"`{evidence.content_hash[:16]}`"),
        ("Protocol", evidence.protocol),
        ("Recipe variant", evidence.variant),
        ("Records read", str(evidence.records)),
        ("Fitted on", "; ".join(evidence.devices) or "nothing was fitted"),
        ("Fitted with", _versions(dict(evidence.packages)) or "nothing was fitted"),
        ("Commit", commit),
        ("Built", now()),
    ]
    return table(("This build", "Value"), rows)


def now() -> str:
    """Return the time of the build, or SOURCE_DATE_EPOCH where one is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _versions(packages: dict[str, str]) -> str:
    return ", ".join(f"{name} {packages[name]}" for name in SHOWN if name in packages)
