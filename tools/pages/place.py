"""Where the book stands: its repository and its address, which only a build knows."""

from __future__ import annotations

import os
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

HOSTS = ("github", "gitlab", "bitbucket")
"""Whose pages the theme knows how to link to."""


@dataclass(frozen=True)
class Place:
    """What one build knows of its surroundings; empty where it does not know.

    Attributes
    ----------
    repository : str
        Address of the repository, as `git clone` takes it, without a slash at the end.
    site : str
        Address of the first page's folder, with a slash at the end.
    notebooks_branch : str
        Branch that holds the executed notebooks, for services that open notebooks from a branch.
    branch : str
        Branch of the sources.
    """

    repository: str = ""
    site: str = ""
    notebooks_branch: str = ""
    branch: str = "main"

    @property
    def host(self) -> str:
        """One of `HOSTS`, or nothing for another one."""
        server = urlsplit(self.repository).hostname or ""
        return next((host for host in HOSTS if host in server), "")

    def edit(self, path: str) -> str:
        """Return the address of the host's editor for a file, or nothing where it has none."""
        if self.host == "github":
            return f"{self.repository}/edit/{self.branch}/{path}"
        if self.host == "gitlab":
            return f"{self.repository}/-/edit/{self.branch}/{path}"
        return ""

    def issue(self, name: str) -> str:
        """Return the address that reports an error on a page, or nothing where there is none."""
        title = quote(f"On the page {name}: ")
        if self.host == "github":
            return f"{self.repository}/issues/new?title={title}"
        if self.host == "gitlab":
            return f"{self.repository}/-/issues/new?issue[title]={title}"
        return ""

    def binder(self, path: str) -> str:
        """Return the address that opens a text file of the repository as a notebook in Binder."""
        project = urlsplit(self.repository).path.strip("/")
        kinds = {"github": f"gh/{project}", "gitlab": f"gl/{quote(project, safe='')}"}
        if self.host not in kinds:
            return ""
        opened = quote(f"lab/tree/{path}")
        return f"https://mybinder.org/v2/{kinds[self.host]}/{self.branch}?urlpath={opened}"

    def colab(self, name: str) -> str:
        """Return the address that opens an executed notebook in Colab, which reads GitHub only."""
        if urlsplit(self.repository).hostname != "github.com" or not self.notebooks_branch:
            return ""
        project = urlsplit(self.repository).path.strip("/")
        start = "https://colab.research.google.com/github"
        return f"{start}/{project}/blob/{self.notebooks_branch}/{name}"


def find_place() -> Place:
    """Read the place from the environment.

    The repository comes from MGC_REPOSITORY_URL or from GitHub's runners, the site's address from
    MGC_SITE_URL, the branch with notebooks from MGC_NOTEBOOKS_BRANCH.
    """
    server, name = os.environ.get("GITHUB_SERVER_URL"), os.environ.get("GITHUB_REPOSITORY")
    repository = os.environ.get("MGC_REPOSITORY_URL") or (f"{server}/{name}" if name else "")
    site = os.environ.get("MGC_SITE_URL", "")
    return Place(
        repository.rstrip("/").removesuffix(".git"),
        f"{site.rstrip('/')}/" if site else "",
        os.environ.get("MGC_NOTEBOOKS_BRANCH", ""),
    )
