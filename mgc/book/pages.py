"""Stage what Jupyter Book reads, and write the pages that a build says about itself."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
import yaml

from mgc.book import explorer, hear, numbers
from mgc.book.chapters import Outcome
from mgc.book.evidence import Evidence
from mgc.book.project import Project
from mgc.errors import BookError
from mgc.whole import whole_folder

AUDIO = re.compile(r"_static/audio/([A-Za-z]+\.\d{5})\.ogg")
SHOWN = ("tensorflow", "keras", "librosa", "numpy", "scikit-learn", "statsmodels", "jupyter-book")
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
        (made / "_generated").mkdir()
        (made / "_generated" / "build.md").write_text(
            build_page(project, evidence), encoding="utf-8"
        )
        (made / "status.md").write_text(status_page(outcomes, evidence), encoding="utf-8")
        numbers.stage(made, evidence.fits)
        if (made / "explorer.md").is_file():
            explorer.stage(made, evidence.explored)
        if (made / "hear.md").is_file():
            hear.stage(made, project.build / "hear")
        shutil.copy(project.root / "_toc.yml", made / "_toc.yml")
        settings = site_settings(yaml.safe_load((project.root / "_config.yml").read_text("utf-8")))
        (made / "_config.yml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        copy_clips(made, explorer.clips(evidence.explored))
    return project.source


def copy_clips(staged: Path, also: Collection[str] = ()) -> list[str]:
    """Copy each demo clip that a staged page names, and others; return the ids of all."""
    pages = [*staged.glob("*.ipynb"), *staged.glob("*.md"), *staged.glob("_generated/*.md")]
    named = {name for page in pages for name in AUDIO.findall(page.read_text(encoding="utf-8"))}
    named |= set(also)
    if named:
        from mgc.demo import clip_path

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

    The repository is read from the environment of GitHub's runners or from MGC_REPOSITORY_URL,
    the site's address from MGC_SITE_URL. Where they are unknown, their buttons are left out.
    """
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    repository = os.environ.get("MGC_REPOSITORY_URL") or (f"{server}/{name}" if name else "")
    html = settings.setdefault("html", {})
    if repository:
        settings["repository"] = {"url": repository, "path_to_book": "book", "branch": "main"}
        html["use_repository_button"] = True
        html["use_issues_button"] = True
    if site := os.environ.get("MGC_SITE_URL"):
        html["baseurl"] = site
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


def build_page(project: Project, evidence: Evidence) -> str:
    """Write the block of the front page that says what this build rests on."""
    rows = [
        ("Data", f"{evidence.edition}, {evidence.n_tracks} tracks"),
        ("Content hash of the data", f"`{evidence.content_hash[:16]}`"),
        ("Protocol", evidence.protocol),
        ("Recipe variant", evidence.variant),
        ("Records read", str(evidence.records)),
        ("Fitted on", "; ".join(evidence.devices) or "nothing was fitted"),
        ("Fitted with", _versions(dict(evidence.packages)) or "nothing was fitted"),
        ("Commit", commit_of(project.root)),
        ("Built", now()),
    ]
    return table(("This build", ""), rows)


def status_page(outcomes: Sequence[Outcome], evidence: Evidence) -> str:
    """Write the page with execution times, versions and hardware of this build."""
    chapters = [(one.name, one.when, f"{one.seconds:.1f}") for one in outcomes]
    chapters.append(("all chapters", "", f"{sum(one.seconds for one in outcomes):.1f}"))
    here = {name: _version(name) for name in SHOWN}
    machine = [
        ("System", f"{platform.system()} {platform.machine()}"),
        ("Processors", str(os.cpu_count())),
        ("Memory", memory()),
        ("Python", platform.python_version()),
        *((name, version) for name, version in here.items()),
    ]
    fits = [
        ("Records read", str(evidence.records)),
        ("Time of all fits, minutes", f"{evidence.minutes:.1f}"),
        ("Devices", "; ".join(evidence.devices) or "none"),
        *evidence.packages,
    ]
    return "\n\n".join(
        (
            "# Status of this build",
            "How long each chapter took to execute, and on what. Execution reads records; "
            "the time of the fits behind them is listed apart.",
            "## Execution of the chapters",
            table(("Chapter", "Executed", "Seconds"), chapters),
            "## Where the chapters were executed",
            table(("", "Here"), machine),
            "## Where the models were fitted",
            table(("", "According to the records"), fits),
            "",
        )
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table; bars in a cell are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    escaped = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in escaped) + "\n"


def now() -> str:
    """Return the time of the build, or SOURCE_DATE_EPOCH where one is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def memory() -> str:
    """Return the memory of this machine in GiB, as far as the system tells."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return "unknown"
    return f"{pages / 2**30:.0f} GiB"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _versions(packages: dict[str, str]) -> str:
    return ", ".join(f"{name} {packages[name]}" for name in SHOWN if name in packages)
