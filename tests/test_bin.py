"""The scripts under bin/, on a machine of our making: a PATH of a few tools, and Pythons that only say who they are."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

TOOLS = "awk cat cmp cp cut dirname env head mkdir rm sh sort".split()


class Machine:
    def __init__(self, folder: Path) -> None:
        self.project, self.tools, self.home = folder / "project", folder / "tools", folder / "home"
        for made in (self.project, self.tools, self.home):
            made.mkdir()
        shutil.copytree(Path(settings.BASE_DIR) / "bin", self.project / "bin")
        for name in ("requirements.txt", "requirements-dev.txt"):
            shutil.copy(Path(settings.BASE_DIR) / name, self.project)
        for tool in TOOLS:
            (self.tools / tool).symlink_to(str(shutil.which(tool)))

    def program(self, path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def python(self, path: Path, version: str, pip: bool = True) -> Path:
        """As find-python asks it: prints itself where it is new enough; imports ensurepip where it has it."""
        said = f'echo "{int(pip)} {version} $0"' if tuple(map(int, version.split("."))) >= (3, 12) else ":"
        return self.program(
            path, f'case "$2" in *version_info*) {said} ;; *ensurepip*) exit {int(not pip)} ;; *) exit 1 ;; esac'
        )

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.tools), "HOME": str(self.home)}
        return subprocess.run(
            command, cwd=self.project, env=environment, capture_output=True, text=True, timeout=30, check=False
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_newest_python_that_runs_is_found_on_the_path_or_among_those_of_pyenv(machine: Machine) -> None:
    machine.python(machine.tools / "python3", "3.11.2")
    machine.program(machine.tools / "python3.14", "echo 'pyenv: python3.14: command not found' >&2; exit 127")
    machine.python(machine.tools / "python3.12", "3.12.11")
    newest = machine.python(machine.home / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3", "3.13.0")

    done = machine.run("bin/find-python")

    assert (done.returncode, done.stdout, done.stderr) == (0, f"{newest}\n", "")


def test_versions_are_compared_as_numbers(machine: Machine) -> None:
    machine.python(machine.tools / "python3.12", "3.12.9")
    newest = machine.python(machine.tools / "python3", "3.12.11")

    assert machine.run("bin/find-python").stdout == f"{newest}\n"


def test_a_python_that_can_make_an_environment_comes_before_a_newer_one_that_cannot(machine: Machine) -> None:
    machine.python(machine.tools / "python3", "3.13.5", pip=False)
    older = machine.python(machine.tools / "python3.12", "3.12.1")

    assert machine.run("bin/find-python").stdout == f"{older}\n"


def test_where_there_is_none_uv_fetches_one_into_var(machine: Machine) -> None:
    fetched = machine.project / "var" / "python" / "cpython-3.13" / "bin" / "python3"
    ready = machine.python(machine.home / "ready", "3.13.18")
    machine.program(
        machine.tools / "uv",
        'case "$1" in --version) exit 0 ;; python) into="$UV_PYTHON_INSTALL_DIR/cpython-3.13/bin"; mkdir -p "$into"; '
        f'cp "{ready}" "$into/python3" ;; *) exit 1 ;; esac',
    )

    done = machine.run("bin/find-python")

    assert (done.returncode, done.stdout) == (0, f"{fetched}\n")
    assert done.stderr == "No Python >= 3.12 on this machine: asking uv to fetch one into var/.\n"


def test_where_none_can_be_fetched_it_says_what_to_install(machine: Machine) -> None:
    done = machine.run("bin/find-python")

    assert (done.returncode, done.stdout) == (1, "")
    assert "Install one, on Debian or Ubuntu with\n    apt install python3 python3-venv\n" in done.stderr


def test_a_python_without_ensurepip_and_no_uv_says_what_to_install(machine: Machine) -> None:
    python = machine.python(machine.tools / "python3", "3.13.5", pip=False)

    done = machine.run("bin/environment", "requirements.txt")

    assert done.returncode == 1
    assert done.stderr.endswith(
        f"Trust center: {python} has no ensurepip. Install it, on Debian or Ubuntu with: apt install python3-venv\n"
    )


def test_a_python_without_ensurepip_gets_its_environment_from_uv(machine: Machine) -> None:
    machine.python(machine.tools / "python3", "3.13.5", pip=False)
    machine.program(machine.home / "made", 'case "$2" in "import sys"*) exit 0 ;; *) exit 1 ;; esac')
    machine.program(
        machine.tools / "uv",
        'echo "$@" >>"$HOME/called"; [ "$1" = venv ] || exit 0; mkdir -p .venv/bin; cp "$HOME/made" .venv/bin/python',
    )

    first = machine.run("bin/environment", "requirements.txt")
    second = machine.run("bin/environment", "requirements.txt")

    assert (first.returncode, second.returncode) == (0, 0)
    assert second.stderr == ""
    assert [line.split(" ")[0] for line in (machine.home / "called").read_text().splitlines()] == [
        "--version",
        "venv",
        "--version",
        "pip",
    ]


def test_an_environment_is_filled_again_when_the_requirements_change(machine: Machine) -> None:
    installs = machine.home / "installs"
    machine.program(
        machine.project / ".venv" / "bin" / "python",
        f'case "$*" in *"pip install"*) echo "$*" >>"{installs}" ;; esac; exit 0',
    )

    machine.run("bin/environment", "requirements.txt")
    machine.run("bin/environment", "requirements.txt")
    unchanged = installs.read_text().splitlines()
    with (machine.project / "requirements.txt").open("a") as file:
        file.write("# one more\n")
    machine.run("bin/environment", "requirements.txt")

    assert len(unchanged) == 1
    assert "--require-hashes -r requirements.txt" in unchanged[0]
    assert len(installs.read_text().splitlines()) == 2
