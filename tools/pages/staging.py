"""Stage what Jupyter Book reads: executed chapters, pages, configuration, generated parts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import yaml

from mgc.datasets import demo
from mgc.errors import BookError
from mgc.util.atomic import whole_folder
from tools.pages.content import api, colophon, downloads, explorer, numbers
from tools.pages.content.evidence import Evidence
from tools.pages.execute.chapters import Outcome
from tools.pages.place import Place, find_place
from tools.pages.project import STATIC, Project, content_hash

AUDIO = re.compile(r"_static/audio/([A-Za-z]+\.\d{5})\.ogg")
VERSION = re.compile(r"^## \[(.+?)\]", re.MULTILINE)
COMMIT = re.compile(r"[0-9a-f]{7,40}")
NOT_STAGED = ("_static", "*.py", "records", "__pycache__", "*.ipynb", ".ipynb_checkpoints", ".*")
GENERATED = "_generated"
STAMP = ".mgc-parts"
SOCIAL = "_static/social.png"


def stage(
    project: Project, outcomes: Sequence[Outcome], evidence: Evidence, around: str = ""
) -> Path:
    """Put the sources of the site together in `_build/source`, and return that folder.

    Generated parts are used again where `around`, the hash of what the evidence was made from, is
    the same. Raises BookError if a page plays a clip that the demo edition does not have, or shows
    a value without a source.
    """
    place, commit = find_place(), commit_of(project.root)
    parts = make_parts(project, evidence, around)
    with whole_folder(project.source) as made:
        ignore = shutil.ignore_patterns(*NOT_STAGED)
        shutil.copytree(project.sources, made, dirs_exist_ok=True, ignore=ignore)
        shutil.copytree(parts, made, dirs_exist_ok=True, ignore=shutil.ignore_patterns(STAMP))
        if (project.sources / "_static").is_dir():
            shutil.copytree(project.sources / "_static", made / STATIC, dirs_exist_ok=True)
        for name in ("_toc.yml", "CITATION.cff"):
            shutil.copy(project.root / name, made / name)
        settings = yaml.safe_dump(site_settings(project.settings, place))
        (made / "_config.yml").write_text(settings, encoding="utf-8")
        if place.site:
            robots = f"User-agent: *\nAllow: /\n\nSitemap: {place.site}sitemap.xml\n"
            (made / "_extra" / "robots.txt").write_text(robots, encoding="utf-8")
        generated = made / GENERATED
        citation = read_citation(made)
        texts = {"build": colophon.front_page(evidence, commit),
                 "authors": colophon.authors(citation),
                 "cite": colophon.how_to_cite(citation, place.site),
                 "status": colophon.tables(outcomes, evidence)}  # fmt: skip
        if (log := project.root / "CHANGELOG.md").is_file():
            texts["changelog"] = VERSION.sub(r"## \1", log.read_text(encoding="utf-8"))
        for name, text in texts.items():
            (generated / f"{name}.md").write_text(text, encoding="utf-8")
        stage_chapters(made, project, outcomes, evidence.fits, place, commit)
        copy_clips(made, explorer.clips(evidence.explored))
        for path in (*made.glob("*.ipynb"), *made.rglob("*.md")):
            before = project.source / path.relative_to(made)
            if before.is_file() and before.read_bytes() == path.read_bytes():
                shutil.copystat(before, path)  # Sphinx reads again what is newer
    return project.source


def read_citation(folder: Path) -> dict[str, Any]:
    """Read CITATION.cff, all values as text."""
    text = (folder / "CITATION.cff").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=yaml.BaseLoader))


def make_parts(project: Project, evidence: Evidence, around: str) -> Path:
    """Make what depends on no chapter, or find it made, below `_build/parts`.

    Such are the front page's figure and the pages to play with, with their data and pictures.
    """
    folder = project.build / "parts"
    mark = f"{around} {content_hash(Path(__file__).parent)}"
    stamp = folder / STAMP
    if around and stamp.is_file() and stamp.read_text(encoding="utf-8") == mark:
        return folder
    with whole_folder(folder) as made:
        generated, static = made / GENERATED, made / STATIC
        generated.mkdir()
        static.mkdir(parents=True)
        pages, whole = project.pages, True
        if evidence.answer is not None:
            from mgc.display.figures import front_page

            figure = front_page.page_html(evidence.answer)
            (generated / "answer.md").write_text(figure + "\n", "utf-8")
            title = project.settings["title"]
            front_page.preview(evidence.answer, title, made / "_extra" / SOCIAL)
        else:
            (generated / "answer.md").write_text("", "utf-8")
        if "explorer" in pages:
            explorer.stage(generated, static, evidence.explored)
        if "api" in pages:
            (generated / "api.md").write_text(api.page(), encoding="utf-8")
        if "hear" in pages:
            from tools.pages.content import hear

            hear.stage(generated, static)
        if "try" in pages:
            from tools.pages.content import try_page

            whole = try_page.stage(generated, static)
        if whole:  # what could not be fetched today may be tomorrow
            (made / STAMP).write_text(mark, encoding="utf-8")
    return folder


def stage_chapters(
    made: Path,
    project: Project,
    outcomes: Sequence[Outcome],
    fits: Sequence[numbers.Fit],
    place: Place,
    commit: str,
) -> None:
    """Write each chapter as notebook and source, link all glued values, and list them."""
    books = {o.name: nbformat.read(o.notebook, as_version=4) for o in outcomes}
    glued = [number for name, book in books.items() for number in numbers.collect(book, name)]
    by_key = {number.key: number for number in glued}
    by_id = {fit.fit_id: fit for fit in fits}
    sources = made / "_extra" / "_sources"
    sources.mkdir(parents=True)
    titles = {name: numbers.title(book) for name, book in books.items()}
    cells = [cell for book in books.values() for cell in book.cells]
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    pages = {path: path.read_text(encoding="utf-8") for path in sorted(made.glob("*.md"))}
    said = numbers.sentences([*texts, *pages.values()], by_key, titles)
    for name, book in books.items():
        downloads.make_portable(book, place, commit if COMMIT.fullmatch(commit) else "")
        for cell in book.cells:
            if cell.cell_type == "markdown":
                cell.source = numbers.linked(cell.source, by_key, by_id)
        nbformat.write(book, made / f"{name}.ipynb")
        shutil.copy(project.sources / f"{name}.py", sources)
    for path, text in pages.items():
        path.write_text(numbers.linked(text, by_key, by_id), encoding="utf-8")
    page = numbers.page(glued, by_id, titles, said)
    (made / f"{numbers.PAGE}.md").write_text(page, encoding="utf-8")


def copy_clips(staged: Path, also: Collection[str] = ()) -> list[str]:
    """Copy each demo clip that a staged page names, and others; return the ids of all."""
    pages = [*staged.glob("*.ipynb"), *staged.glob("*.md"), *staged.glob(f"{GENERATED}/*.md")]
    named = {name for page in pages for name in AUDIO.findall(page.read_text(encoding="utf-8"))}
    named |= set(also)
    folder = staged / STATIC / "audio"
    for name in sorted(named):
        clip = demo.clip_path(name)
        if not clip.is_file():
            raise BookError(f"a page plays {name}, which is no clip of the demo edition")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(clip, folder / f"{name}.ogg")
    return sorted(named)


def site_settings(settings: dict[str, Any], place: Place) -> dict[str, Any]:
    """Add to `_config.yml` what only the place of the build knows: repository and address.

    Where they are unknown, or the theme does not know the repository's host, which would be an
    error, what needs them is left out: buttons, preview image, sitemap, and the page for
    addresses that lead nowhere, whose links must name the site's own.
    """
    html = settings.setdefault("html", {})
    if place.host:
        named = {"url": place.repository, "path_to_book": "book", "branch": place.branch}
        settings["repository"] = named
        html["use_repository_button"] = True
    if place.site:
        html["baseurl"] = place.site
        sphinx = settings.setdefault("sphinx", {})
        sphinx["extra_extensions"] = [
            *sphinx.get("extra_extensions", ()), "notfound.extension", "sphinx_sitemap",
        ]  # fmt: skip
        config = sphinx.setdefault("config", {})
        config |= {
            "notfound_urls_prefix": urlsplit(place.site).path,
            "ogp_site_url": place.site,
            "ogp_image": SOCIAL,
            "ogp_custom_meta_tags": [
                *config.get("ogp_custom_meta_tags", ()),
                '<meta name="twitter:card" content="summary_large_image" />',
            ],
            "sitemap_url_scheme": "{link}",
        }
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
