"""The commands of the project; `nox --list` names them, `nox -s NAME -- OPTIONS` runs one.

All sessions share one virtual environment, `.nox/mgc-<python>`: the second session, and the second
run of the first, install nothing. Versions come from constraints.txt. Where uv is installed beside
nox it does the installing, which takes seconds; without it pip does.

Options of build, book and live, after `--`: --data PATH, --only CHAPTER, --jobs N, --fresh, --gpu,
--variant NAME (quick, as_written, ...), --protocol NAME.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["build"]
nox.options.error_on_missing_interpreters = True

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".nox" / f"mgc-{sys.version_info.major}.{sys.version_info.minor}"
STAMP = ENVIRONMENT / "mgc-installed.json"
ROOT_USER = getattr(os, "geteuid", lambda: -1)() == 0
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _uv() -> str | None:
    """Path of uv, on the PATH or beside nox, if there is one."""
    if importlib.util.find_spec("uv") is not None:
        import uv

        return str(uv.find_uv_bin())
    return shutil.which("uv")


def _pip(environment: Path) -> list[str]:
    """Return the command that installs into an environment, by the pinned versions."""
    python, uv = str(environment / PYTHON.relative_to(ENVIRONMENT)), _uv()
    pip = [uv, "pip"] if uv else [python, "-m", "pip", "--disable-pip-version-check"]
    # Without it every process of a machine that writes no bytecode compiles SciPy anew.
    own = ["--python", python, "--compile-bytecode"] if uv else []
    return [*pip, "install", "--quiet", *own, "--constraint", "constraints.txt"]


def _prepare(session: nox.Session, *extras: str) -> None:
    """Make the shared environment and install the package with the extras it still lacks."""
    described = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        described.update((ROOT / name).read_bytes())
    wanted, state = set(extras), {"described": described.hexdigest(), "python": sys.version}
    if STAMP.is_file() and PYTHON.exists():
        there = json.loads(STAMP.read_text(encoding="utf-8"))
        if there.get("python") == sys.version:
            installed = set(there.get("extras", []))
            if there.get("described") == state["described"] and wanted <= installed:
                session.log(f"environment {ENVIRONMENT.name} is complete")
                return
            wanted |= installed  # what was once asked for (the GPU build, say) stays
    uv = _uv()
    if not PYTHON.exists() or not STAMP.is_file():
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        make = (
            [uv, "venv", "--quiet", "--python", sys.executable]
            if uv
            else [sys.executable, "-m", "virtualenv", "--quiet", "--python", sys.executable]
        )
        session.run(*make, str(ENVIRONMENT), external=True)
    package = f".[{','.join(sorted(wanted))}]" if wanted else "."
    session.log(f"installing {package} (the first time takes a few minutes)")
    session.run(*_pip(ENVIRONMENT), "--editable", package, external=True)
    STAMP.write_text(json.dumps(state | {"extras": sorted(wanted)}), encoding="utf-8")


def _python(session: nox.Session, *arguments: str, **environment: str) -> None:
    """Run the shared environment's Python with these arguments; the build ends with nox."""
    path = f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    settings = {"PATH": path, "MGC_ENDS_WITH": str(os.getpid())}
    settings["PYTHONUTF8"] = "1"  # Windows would write another encoding
    settings["ORT_DISABLE_TELEMETRY"] = "1"
    session.run(str(PYTHON), *arguments, env=settings | environment, external=True)


@nox.session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Fit the models on the data (demo by default), execute each chapter, build the pages."""
    options = [option for option in session.posargs if option != "--gpu"]
    _prepare(session, "book", "gpu" if "--gpu" in session.posargs else "fit")
    _python(session, "-m", "tools.pages", "build", *options)


@nox.session(venv_backend="none")
def book(session: nox.Session) -> None:
    """Build the pages from the published records: no data, no training, no network."""
    _prepare(session, "book")
    _python(session, "-m", "tools.pages", "replay", *session.posargs)


@nox.session(default=False)
def offline(session: nox.Session) -> None:
    """Prove that the pages need records alone: no TensorFlow, an empty HOME, no network."""
    environment = Path(session.virtualenv.location)
    session.run(*_pip(environment), "--editable", ".[book]", external=True)
    home = session.create_tmp()
    keep = ("PATH", "LANG", "PYTHONHASHSEED", "SYSTEMROOT", "TEMP")  # the last two for Windows
    bare = {name: os.environ[name] for name in keep if name in os.environ}
    bare |= {"HOME": home, "USERPROFILE": home, "PYTHONUTF8": "1"}
    python = str(Path(session.bin) / "python")
    command = [python, "-m", "tools.pages", "replay", "--fresh", *session.posargs]
    isolated = ["unshare", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "-"]
    cut = shutil.which("unshare") and shutil.which("ip") and ROOT_USER
    if not cut:
        session.warn("the network stays: cutting it off takes root, unshare and ip")
    check = "import importlib.util as u; assert u.find_spec('tensorflow') is None"
    session.run(python, "-c", check)
    session.run(
        *(isolated if cut else []), *command, env=bare, include_outer_env=False, external=True
    )
    left = [path.name for path in Path(home).iterdir()]
    session.log(f"left in HOME: {', '.join(left) or 'nothing'}")


@nox.session(venv_backend="none")
def tests(session: nox.Session) -> None:
    """Run the test suite but for what is marked slow; arguments after -- go to pytest instead."""
    _prepare(session, "book", "cluster", "demo", "fit", "serve", "test")
    chosen = session.posargs or [*WORKERS, AS_COLLECTED, "-m", "not slow", "tests"]
    _python(session, "-m", "pytest", *chosen, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def system(session: nox.Session) -> None:
    """Run the slow tests of the whole: killed processes, full disks, clusters, distributions."""
    _prepare(session, "book", "cluster", "demo", "fit", "serve", "test")
    chosen = session.posargs or [*WORKERS, AS_COLLECTED, "-m", "slow", "tests"]
    _python(session, "-m", "pytest", *chosen, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def coverage(session: nox.Session) -> None:
    """Run all tests, slow ones too, and say which lines none of them reaches."""
    _prepare(session, "book", "cluster", "demo", "fit", "serve", "test")
    chosen = session.posargs or [*WORKERS, AS_COLLECTED, "--cov", "--cov-report=term", "tests"]
    _python(session, "-m", "pytest", *chosen, **ONE_THREAD)


@nox.session(venv_backend="none")
def notebooks(session: nox.Session) -> None:
    """Execute the reference notebooks and compare every output with the committed one (nbval)."""
    _prepare(session, "book", "test")
    compare = ["--nbval", "--nbval-current-env", "--nbval-sanitize-with"]
    compare += ["tests/notebooks/sanitize.cfg", "--nbval-cell-timeout=600"]
    chosen = session.posargs or ["tests/notebooks"]
    _python(session, "-m", "pytest", *WORKERS, *compare, *chosen, **ONE_THREAD)


def _chromium(session: nox.Session) -> None:
    """Install Chromium where there is none and the system allows it."""
    known = ("chromium", "chromium-browser", "google-chrome")
    if os.environ.get("MGC_CHROMIUM") or any(shutil.which(name) for name in known):
        return
    if not ROOT_USER or not shutil.which("apt-get"):
        session.error("install Chromium (package chromium) or set MGC_CHROMIUM")
    session.run("apt-get", "update", "-qq", external=True)
    session.run("apt-get", "install", "-qq", "-y", "chromium", external=True)


@nox.session(venv_backend="none")
def browser(session: nox.Session) -> None:
    """Build the pages from the published records, print them, try both in Chromium."""
    _prepare(session, "book", "browser", "test")
    _chromium(session)
    _python(session, "-m", "tools.pages", "replay")
    _python(session, "-m", "tools.pages", "pdf")
    chosen = session.posargs or ["-n", "2", "tests/browser"]
    built = {
        "MGC_SITE": str(ROOT / "_build" / "html"),
        "MGC_PDF": str(ROOT / "_build" / "html" / "mgc.pdf"),
    }
    _python(session, "-m", "pytest", *chosen, **ONE_THREAD, **built)


@nox.session(venv_backend="none")
def pdf(session: nox.Session) -> None:
    """Build the pages from the published records and print them all into one PDF beside them."""
    _prepare(session, "book", "browser")
    _chromium(session)
    _python(session, "-m", "tools.pages", "replay")
    _python(session, "-m", "tools.pages", "pdf", *session.posargs)


@nox.session(venv_backend="none", default=False)
def sentences(session: nox.Session) -> None:
    """List every sentence that code wrote in the published book, to be read as prose."""
    _prepare(session, "book")
    _python(session, "-m", "tools.pages", "replay")
    _python(session, "-m", "tools.pages", "sentences", *session.posargs)


@nox.session(venv_backend="none")
def lint(session: nox.Session) -> None:
    """Check style, types, spelling, the order of the rooms (import-linter), stray notebooks."""
    _prepare(session, "book", "browser", "lint", "serve", "test")
    _python(session, "-m", "ruff", "check", ".")
    _python(session, "-m", "ruff", "format", "--check", ".")
    _python(session, "-m", "mypy")
    # What Windows lacks (fcntl, fork, most signals) is a type error there.
    _python(session, "-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32")
    _python(session, "-m", "codespell_lib")
    start = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    _python(session, "-c", start, "--no-cache")
    _python(session, "-m", "tools.pages", "check")


@nox.session(venv_backend="none")
def audit(session: nox.Session) -> None:
    """Judge the report's claims, recompute every published figure, prove every record."""
    _prepare(session, "book")
    _python(session, "-m", "mgc", "audit", "--out", "_build/audit", *session.posargs)


@nox.session(venv_backend="none")
def bench(session: nox.Session) -> None:
    """Measure how fast the package is, on a quiet machine, and keep the record for the book."""
    _prepare(session, "book", "cluster", "fit", "serve", "test")
    out = [] if "--out" in session.posargs else ["--out", "book/records/bench/bench.json"]
    _python(session, "-m", "tools.bench", *out, *session.posargs, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def load(session: nox.Session) -> None:
    """Put `mgc serve` under load on a quiet machine, and keep the record for the book."""
    _prepare(session, "book", "serve", "test")
    out = [] if "--out" in session.posargs else ["--out", "book/records"]
    _python(session, "-m", "tools.bench.load", *out, *session.posargs, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def stability(session: nox.Session) -> None:
    """Ask the network that ships about the recordings of --data FOLDER in other file formats."""
    _prepare(session, "book")
    out = [] if "--out" in session.posargs else ["--out", "book/records/transfer"]
    _python(session, "-m", "tools.stability", *out, *session.posargs, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def release_data(session: nox.Session) -> None:
    """Pack facts, folds and predictions as one dated file that others can cite."""
    _prepare(session, "book")
    _python(session, "-m", "tools.release_data", *session.posargs)


@nox.session(venv_backend="none", default=False)
def kill(session: nox.Session) -> None:
    """Kill extraction, training and the build at twenty random moments each; compare results."""
    _prepare(session, "book", "cluster", "demo", "fit", "serve", "test")
    count = session.posargs[0] if session.posargs else "20"
    _python(
        session,
        "-m",
        "pytest",
        "-q",
        "--timeout=0",
        "tests/system/test_kill.py",
        **ONE_THREAD,
        MGC_KILLS=count,
    )


@nox.session(venv_backend="none")
def live(session: nox.Session) -> None:
    """Serve the book, rebuild the chapter whose .py file was saved, reload the browser."""
    _prepare(session, "book", "fit")
    _python(session, "-m", "tools.pages", "live", *session.posargs)


@nox.session(venv_backend="none", default=False)
def fuzz(session: nox.Session) -> None:
    """Feed over 100,000 damaged files to the readers of our own formats, some minutes long."""
    _prepare(session, "book", "cluster", "serve", "test")
    _python(session, "-m", "tests.system.fuzz", *session.posargs, **ONE_THREAD)


@nox.session(venv_backend="none", default=False)
def references(session: nox.Session) -> None:
    """Write the reference notebooks anew, after a change of chapters or records."""
    _prepare(session, "book", "test")
    _python(session, "-m", "tools.pages", "references", *session.posargs)


@nox.session(venv_backend="none", default=False)
def links(session: nox.Session) -> None:
    """Ask every address that the book links to; the one session that needs the network."""
    _prepare(session, "book")
    _python(session, "-m", "tools.pages", "replay")
    start = "from jupyter_book.cli.main import main; main()"
    check = ["build", "_build/source", "--path-output", "_build/links", "--builder", "linkcheck"]
    _python(session, "-c", start, *check)


@nox.session(venv_backend="none", default=False)
def pin(session: nox.Session) -> None:
    """Resolve constraints.txt anew for Python 3.11 to 3.13 (needs uv: pip install uv)."""
    uv = _uv()
    if uv is None:
        session.error("uv is needed to resolve for several Python versions: pip install uv")
    resolve = [uv, "pip", "compile", "pyproject.toml", "--all-extras", "--universal", "--upgrade"]
    resolve += ["--fork-strategy", "fewest", "--python-version", "3.11", "--quiet"]
    resolve += ["--no-emit-index-url", "--no-header", "--no-annotate", "-o", "constraints.txt"]
    session.run(*resolve, external=True)


WORKERS = ("-n", "logical", "--dist", "loadscope")
AS_COLLECTED = "--no-loadscope-reorder"  # in the order of tests/conftest.py: the longest first
# Workers share the cores: one thread each is faster than all of them fighting for two.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
