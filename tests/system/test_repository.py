"""The files around the code agree with each other: versions, dependencies, commands."""

import json
import re
import shlex
import tomllib
from contextlib import suppress
from pathlib import Path

import click
import jupytext
import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from mgc.cli.main import main
from tests.helpers.outside import ROOT, committed, invoke
from tools.pages import command, readme
from tools.pages.chain import check_sources
from tools.pages.project import Project

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
PYTHONS = ("3.11", "3.12", "3.13")
IN_CONDA = ("book", "cluster", "demo", "fit", "lint", "serve", "test")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins() -> list[Requirement]:
    return [Requirement(line) for line in text("constraints.txt").splitlines()]


def pinned(python: str) -> dict[str, str]:
    """Versions that constraints.txt gives for one Python on Linux."""
    environment = default_environment() | {"python_version": python, "sys_platform": "linux"}
    environment |= {"python_full_version": f"{python}.9", "platform_system": "Linux"}
    chosen = [pin for pin in pins() if pin.marker is None or pin.marker.evaluate(environment)]
    assert len({canonicalize_name(pin.name) for pin in chosen}) == len(chosen), "one version each"
    return {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in chosen}


def sessions() -> set[str]:
    """Names of the sessions in noxfile.py."""
    return set(re.findall(r"^@nox\.session.*\ndef (\w+)", text("noxfile.py"), re.MULTILINE))


def test_constraints_hold_names_and_versions_only():
    for line, pin in zip(text("constraints.txt").splitlines(), pins(), strict=True):
        assert pin.url is None
        assert not re.search(r"://|--|@|#|\\", line), line
        assert [one.operator for one in pin.specifier] == ["=="], line


@pytest.mark.parametrize("python", PYTHONS)
def test_every_direct_dependency_is_pinned_within_its_bounds(python):
    assert python in SpecifierSet(PROJECT["requires-python"])
    versions = pinned(python)
    wanted = [*PROJECT["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    for requirement in map(Requirement, wanted):
        if requirement.name == "mgc":
            continue
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version, prereleases=True), requirement


def test_python_versions_agree():
    bounds = SpecifierSet(PROJECT["requires-python"])
    assert [python for python in ("3.10", *PYTHONS, "3.14") if python in bounds] == list(PYTHONS)
    classified = re.findall(r"Python :: (3\.\d+)", " ".join(PROJECT["classifiers"]))
    assert tuple(classified) == PYTHONS


def test_tests_and_the_demo_build_run_on_three_systems_and_all_pythons():
    tests = yaml.safe_load(text(".github/workflows/tests.yml"))["jobs"]["tests"]
    matrix = tests["strategy"]["matrix"]
    assert matrix["python"] == list(PYTHONS)
    assert tests["runs-on"] == "${{ matrix.system }}"
    systems = {name.partition("-")[0] for name in matrix["system"]}
    assert systems == {"ubuntu", "macos", "windows"}
    assert {"nox -s tests", "nox -s build"} <= {step.get("run") for step in tests["steps"]}


def test_environment_yml_asks_for_what_pyproject_asks_for():
    environment = yaml.safe_load(text("environment.yml"))
    from_conda = [one for one in environment["dependencies"] if isinstance(one, str)]
    python = next(Requirement(one) for one in from_conda if one.startswith("python"))
    assert python.specifier == SpecifierSet(PROJECT["requires-python"])
    (pip,) = (one["pip"] for one in environment["dependencies"] if isinstance(one, dict))
    wanted = {"--constraint constraints.txt", "--editable .", *PROJECT["dependencies"]}
    assert set(pip) == wanted.union(*(EXTRAS[name] for name in IN_CONDA))


def test_gpu_build_has_the_same_bounds_as_the_plain_one():
    gpu, plain = ({r.name: r for r in map(Requirement, EXTRAS[name])} for name in ("gpu", "fit"))
    assert {name: r.specifier for name, r in gpu.items()} == {
        name: r.specifier for name, r in plain.items()
    }
    assert gpu["tensorflow"].extras == {"and-cuda"}


def test_pre_commit_uses_the_pinned_tools():
    versions = pinned("3.11")
    hooks = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"][0]["hooks"]
    tools = {one for hook in hooks for one in hook.get("additional_dependencies", [])}
    assert {Requirement(one).name for one in tools} == {"ruff", "codespell"}
    for tool in map(Requirement, tools):
        assert str(tool.specifier) == f"=={versions[tool.name]}"


def test_the_version_is_the_same_everywhere():
    version = PROJECT["version"]
    assert yaml.safe_load(text("CITATION.cff"))["version"] == version
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - (\S+)", text("CHANGELOG.md"), re.MULTILINE)
    assert released[0][0] == version
    assert yaml.safe_load(text("CITATION.cff"))["date-released"] == released[0][1]


def test_the_two_commands_of_the_readme_are_what_ci_runs():
    commands = re.findall(r"nox -s (\w+)$", text("README.md"), re.MULTILINE)
    assert commands[:2] == ["build", "tests"]
    (line,) = re.findall(r'/nox".* -s (.*)$', text(".ci/run"), re.MULTILINE)
    run = line.split()
    expected = {"build", "tests", "lint", "notebooks", "offline", "audit", "browser"}
    assert expected | {"system"} == set(run)
    assert set(run) <= sessions()
    assert "bash .ci/run" in text(".github/workflows/tests.yml")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_session_that_a_text_names_exists(name):
    lines = re.findall(r"nox -s ([a-z ]+?)(?: --|[`\s]*$|[`;,)#&])", text(name), re.MULTILINE)
    named = {session for line in lines for session in line.split()}
    assert named <= sessions()


TEXTS = [
    str(path.relative_to(ROOT))
    for pattern in ("README.md", "CONTRIBUTING.md", "book/*.md", "book/*.py")
    for path in sorted(ROOT.glob(pattern))
]
COMMANDS = {"mgc": main, "python -m tools.pages": command.main}
SHOWN = re.compile(rf"(?:^|[`|] ?)((?:{'|'.join(COMMANDS)}) [^`#|&>;)\n]+)", re.MULTILINE)


def commands_in(name: str) -> list[str]:
    """Commands that a text shows, in a block or in a line."""
    said = re.sub(r"(?m)^# ", "", text(name)).replace("\\\n", " ")
    return [line.strip() for line in SHOWN.findall(said)]


def refuse_unknown(line: str) -> None:
    """Follow a command to its end; click's own error where a name or an option is none."""
    start = next(start for start in COMMANDS if line.startswith(f"{start} "))
    asked, arguments = COMMANDS[start], shlex.split(line.removeprefix(start))
    while isinstance(asked, click.Group) and arguments and not arguments[0].startswith("-"):
        _, asked, arguments = asked.resolve_command(click.Context(asked), arguments)
    with suppress(click.BadOptionUsage):  # a text may name an option without its value
        asked.make_parser(click.Context(asked)).parse_args(arguments)


@pytest.mark.parametrize("name", TEXTS)
def test_every_command_that_a_text_shows_exists_with_its_options(name):
    for line in commands_in(name):
        refuse_unknown(line)


def test_a_command_that_does_not_exist_is_noticed(monkeypatch):
    said = "# Try `mgc predict A --plto B`, then\nmgc x\n"
    monkeypatch.setattr(f"{__name__}.text", lambda _: said)
    assert commands_in("any") == ["mgc predict A --plto B", "mgc x"]
    for line in commands_in("any"):
        with pytest.raises(click.UsageError):
            refuse_unknown(line)


def test_every_file_that_the_readme_links_to_exists():
    links = re.findall(r"\]\(([^)]+)\)", text("README.md"))
    local = [link for link in links if "://" not in link]
    assert "book/_static/front.png" in local
    for link in local:
        assert (ROOT / link).is_file(), link


def test_the_results_in_the_readme_are_those_of_the_records():
    assert readme.update(ROOT / "README.md", write=False)


def test_an_outdated_readme_is_noticed_and_mended(tmp_path, monkeypatch):
    monkeypatch.setattr(readme, "results_block", lambda _: "| new |")
    copy = tmp_path / "README.md"
    copy.write_text(f"before\n{readme.BEGIN}\n| old |\n{readme.END}\nafter\n")

    outdated = invoke(command.main, "readme", "--check", copy)
    assert outdated.exit_code == 1
    assert "python -m tools.pages readme" in outdated.output
    assert invoke(command.main, "readme", copy).exit_code == 0
    assert copy.read_text() == f"before\n{readme.BEGIN}\n| new |\n{readme.END}\nafter\n"
    assert invoke(command.main, "readme", "--check", copy).exit_code == 0
    copy.write_text("no markers")
    assert "markers" in invoke(command.main, "readme", copy).stderr


def test_chapters_are_well_formed_and_no_notebook_lies_about():
    check_sources(Project(ROOT))


def test_no_notebook_is_committed_outside_the_references():
    assert {Path(name).parent for name in committed("*.ipynb")} == {Path("tests/notebooks")}


def test_each_chapter_has_a_reference_notebook_of_its_present_source():
    chapters = Project(ROOT).chapters()
    folder = ROOT / "tests" / "notebooks"
    names = {path.stem for path in folder.glob("*.ipynb")}
    assert names == {path.stem for path in chapters}, "run nox -s references"
    for chapter in chapters:
        source = [cell.source for cell in jupytext.read(chapter, fmt="py:percent").cells]
        reference = json.loads((folder / f"{chapter.stem}.ipynb").read_text(encoding="utf-8"))
        kept = ["".join(cell["source"]) for cell in reference["cells"]]
        assert kept == source, f"{chapter.name} has changed: run nox -s references"


def test_table_of_contents_lists_every_chapter_once():
    toc = yaml.safe_load(text("_toc.yml"))
    files = [one["file"] for part in toc["parts"] for one in part["chapters"]]
    chapters = [path.stem for path in Project(ROOT).chapters()]
    assert sorted(name for name in files if name in chapters) == chapters
    numbered = [part["chapters"] for part in toc["parts"] if part.get("numbered")]
    listed = [one["file"] for part in numbered for one in part]
    assert listed == chapters[: len(listed)]
    assert len(files) == len(set(files))
