"""Execute a chapter: `.py` to notebook, run it with parameters, check it, keep it whole.

A chapter is executed again only when something that decides its output has changed. The
fingerprint of those things lies inside the notebook that it belongs to, and the notebook is put
in place by one rename, so a build that is killed at any moment leaves no half chapter.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jupytext
import nbformat

import mgc
from mgc.errors import BookError
from mgc.util.atomic import scratch
from tools.pages.execute import checks
from tools.pages.project import Options, Project, content_hash

if TYPE_CHECKING:
    from jupyter_client.manager import KernelManager

# A new release of one of these may draw or round differently, so chapters run again.
DECISIVE = ("librosa", "matplotlib", "numpy", "pandas", "scikit-learn", "scipy", "seaborn",
            "statsmodels")  # fmt: skip
WARM_UP = "import matplotlib.pyplot, pandas, sklearn.linear_model, statsmodels.stats.multitest"
KERNEL_SETTINGS = """\
c = get_config()
c.InlineBackend.figure_formats = {"svg"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": "tight", "metadata": {"Date": None}}
c.InlineBackend.rc = {"svg.hashsalt": "mgc"}  # the same ids each time
"""


@dataclass(frozen=True)
class Outcome:
    """What became of one chapter: its notebook, seconds of execution, whether it ran now."""

    name: str
    notebook: Path
    seconds: float
    executed: bool
    when: str = ""


def parameters(project: Project, options: Options) -> dict[str, Any]:
    """Return what papermill puts into the parameters cell of each chapter."""
    return {
        "data": options.data,
        "records": str(project.records(options)) if options.working or options.records else "",
        "protocol": options.protocol,
        "variant": options.variant,
        "seed": options.seed,
    }


def surroundings(project: Project, options: Options) -> str:
    """Return one hash over all that every chapter depends on besides its own source.

    Parameters, every file of the package and the code that executes, the tables and records that
    chapters read, the Python version and the releases of the packages that compute and draw.
    """
    releases = [f"{name} {metadata.version(name)}" for name in DECISIVE]
    digest = hashlib.sha256(
        json.dumps([parameters(project, options), sys.version, *releases]).encode()
    )
    for path in project.sources.glob("*.csv"):
        digest.update(path.read_bytes())
    for folder in (*code_folders(), project.records(options)):
        digest.update(content_hash(folder).encode())
    return digest.hexdigest()


def code_folders() -> tuple[Path, ...]:
    """Return the folders of the code that decides what a chapter puts out."""
    return Path(mgc.__file__).parent, Path(__file__).parent


def fingerprint(chapter: Path, around: str) -> str:
    """Return the hash that decides whether a chapter has to run again."""
    return hashlib.sha256(chapter.read_bytes() + around.encode()).hexdigest()[:32]


def kept(chapter: Path, folder: Path, mark: str | None = None) -> Outcome | None:
    """Return the executed notebook of a chapter if there is one (with this fingerprint)."""
    path = folder / f"{chapter.stem}.ipynb"
    if not path.is_file():
        return None
    run = json.loads(path.read_text(encoding="utf-8"))["metadata"]["mgc"]
    if mark is not None and run["fingerprint"] != mark:
        return None
    return Outcome(chapter.stem, path, float(run["seconds"]), executed=False, when=run["when"])


def read_chapter(chapter: Path) -> Any:
    """Read a `.py` chapter as a notebook and check its form."""
    notebook = jupytext.read(chapter, fmt="py:percent")
    checks.check_source(notebook, chapter.stem)
    return notebook


def execute(
    chapter: Path,
    folder: Path,
    values: Mapping[str, Any],
    mark: str,
    root: Path | None = None,
    kernel: KernelManager | None = None,
) -> Outcome:
    """Execute one chapter with the current interpreter and keep its notebook.

    Parameters
    ----------
    chapter : Path
        `book/NN_name.py`; its folder is the working directory.
    folder : Path
        Where `NN_name.ipynb` goes, whole or not at all.
    values : mapping
        Parameters to inject; empty leaves the chapter's own.
    mark : str
        Fingerprint to keep with it.
    root : Path, optional
        The checkout, whose path must not show in the output.
    kernel : KernelManager, optional
        A kernel that runs already and has run nothing of its own; it is ended.

    Raises
    ------
    BookError
        Names the chapter and the last line of its error, or what a check refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with scratch(folder) as staging:
        source, result = staging / "in.ipynb", staging / f"{chapter.stem}.ipynb"
        nbformat.write(read_chapter(chapter), source)
        with _event_loop() as context:
            context.run(_run, chapter, source, result, values, kernel)
        notebook = nbformat.read(result, as_version=4)
        checks.check_executed(notebook, chapter.stem, root)
        checks.clean(notebook)
        seconds = round(time.perf_counter() - started, 1)
        when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        notebook.metadata["mgc"] = {"fingerprint": mark, "seconds": seconds, "when": when}
        nbformat.write(notebook, result)
        result.replace(folder / result.name)
    return Outcome(chapter.stem, folder / result.name, seconds, executed=True, when=when)


def _run(
    chapter: Path,
    source: Path,
    result: Path,
    values: Mapping[str, Any],
    kernel: KernelManager | None,
) -> None:
    """Let papermill execute a notebook, and turn its failures into one sentence."""
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            str(source),
            str(result),
            parameters=dict(values),
            kernel_name="python3",
            # Not `cwd`: for that papermill moves this whole process, which other threads share.
            resources={"metadata": {"path": str(chapter.parent)}},
            progress_bar=False,
            request_save_on_cell_execute=False,
            km=kernel,
        )
    except PapermillExecutionError as error:
        said = f"{error.ename}: {checks.last_line(str(error.evalue))}"
        cell = checks.first_line(str(error.source))
        raise BookError(f"chapter {chapter.stem} stops at the cell `{cell}`: {said}") from error
    except DeadKernelError as error:
        raise BookError(
            f"chapter {chapter.stem}: its Python process died, most often for want of memory"
        ) from error
    finally:
        if kernel is not None:
            kernel.shutdown_kernel(now=True)


@contextmanager
def _event_loop() -> Iterator[Context]:
    """Give the event loop that Jupyter opens for a thread, and leaves open, an end."""
    from jupyter_core.utils import ensure_event_loop

    context = Context()
    loop = context.run(ensure_event_loop)
    try:
        yield context
    finally:
        if not loop.is_running():  # as that of somebody who calls from inside one does
            loop.close()


def start_kernel(folder: Path) -> KernelManager:
    """Start a kernel ahead of its chapter, with what most chapters import of other packages.

    Of this package it imports nothing, so that the chapter meets the code of its own moment.
    """
    with _event_loop() as context:
        return context.run(_start_kernel, folder)


def _start_kernel(folder: Path) -> KernelManager:
    from jupyter_client.manager import KernelManager

    kernel = KernelManager(kernel_name="python3")
    kernel.start_kernel(cwd=str(folder))
    client = kernel.client()
    client.start_channels(stdin=False, hb=False)
    client.wait_for_ready(timeout=60)
    client.execute(WARM_UP, silent=True, store_history=False)
    client.stop_channels()
    return kernel


@contextmanager
def this_interpreter(folder: Path) -> Iterator[None]:
    """Make `python3` mean the running interpreter for every kernel started inside.

    A kernel of that name that a user registered elsewhere would run other packages. The kernel
    also gets an IPython folder of its own, so that no personal start-up file takes part and
    figures are SVG, and leaves the files of its connection in the same hidden place below
    `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with scratch(folder) as made:
        kernel = made / "kernels" / "python3"
        kernel.mkdir(parents=True)
        # A kernel that is ended may call that an error; of one that dies nbclient tells.
        quiet = "--IPKernelApp.log_level=50"
        arguments = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", quiet]
        described = {
            "argv": [*arguments, "-f", "{connection_file}"],
            "display_name": "Python 3",
            "language": "python",
            # TensorFlow greets on the error output, which the checks refuse.
            "env": {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONHASHSEED": "0"},
            "metadata": {"debugger": False},
        }
        (kernel / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
        profile = made / "ipython" / "profile_default"
        profile.mkdir(parents=True)
        (profile / "ipython_kernel_config.py").write_text(KERNEL_SETTINGS, encoding="utf-8")
        ours = {
            "JUPYTER_PATH": str(made),
            "JUPYTER_RUNTIME_DIR": str(made / "runtime"),
            "IPYTHONDIR": str(made / "ipython"),
        }
        before = {name: os.environ.get(name) for name in ours}
        os.environ.update(ours)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value
