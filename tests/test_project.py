"""What holds for the project as a whole."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from registry.models import PolicySection
from registry.translation import TRANSLATED

from .unsuffixed import Unsuffixed

ROOT: Path = settings.BASE_DIR
REGISTRY = ROOT / "registry"
ROOMS = ("models", "exchange", "actions", "public", "admin", "management")
# How our code calls a row of each noun that speaks languages.
CALLED = {"ServiceProfile": "profile", "PolicySection": "section", "ProcessingLocation": "location"}
UNSUFFIXED = {CALLED.get(model.__name__, model.__name__.lower()): set(fields) for model, fields in TRANSLATED.items()}


def modules() -> list[Path]:
    return [path for path in sorted(REGISTRY.rglob("*.py")) if "migrations" not in path.parts]


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_file_names_no_registry_and_pins_each_package_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = text.replace("\\\n", "").splitlines()
    pins = [line for line in blocks if line and not line.lstrip().startswith("#")]

    assert "://" not in text
    assert "index-url" not in text
    assert len(pins) > 20
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def test_the_lock_for_development_pins_what_the_lock_for_production_pins() -> None:
    def pinned(name: str) -> set[str]:
        lines = (ROOT / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))}

    assert pinned("requirements.txt") - pinned("requirements-dev.txt") == set()


def test_every_module_has_its_tests_at_the_mirrored_place() -> None:
    wanted = {
        path: ROOT / "tests" / path.parent.relative_to(REGISTRY) / f"test_{path.name}"
        for path in modules()
        if path.name != "__init__.py" and path.relative_to(REGISTRY).parts[0] in ROOMS
    }
    # A command's tests stand with its room's.
    missing = [
        str(path.relative_to(ROOT))
        for path, test in wanted.items()
        if not test.exists() and not (test.parent.parent / test.name).exists()
    ]

    assert missing == []


def unsuffixed(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if attribute in UNSUFFIXED.get(name, ()):
                yield f"{node.lineno}: {name}.{attribute}"


def test_no_code_uses_a_translated_attribute_without_its_language() -> None:
    # The shapes of the public pages are values read from a release, not rows.
    rows = [path for path in modules() if path.parent.name not in {"exchange", "public"}]
    rows.append(REGISTRY / "exchange" / "content.py")

    found = [
        f"{path.relative_to(ROOT)}:{place}" for path in rows for place in unsuffixed(ast.parse(path.read_text("utf-8")))
    ]

    assert found == []


def test_the_check_for_translated_attributes_finds_one() -> None:
    assert list(unsuffixed(ast.parse("def f(section):\n    return section.heading + section.heading_en"))) == [
        "2: section.heading"
    ]


def test_a_template_that_uses_a_translated_attribute_without_its_language_fails_its_test() -> None:
    from django.template import Context, Template

    with pytest.raises(Unsuffixed):
        Template("{{ section.heading }}").render(Context({"section": PolicySection(heading_en="Scope")}))


def test_migrations_form_one_line() -> None:
    graph = MigrationLoader(None).graph
    ours = [key for key in graph.nodes if key[0] == "registry"]

    assert len(graph.leaf_nodes("registry")) == 1
    assert [key for key in ours if len([p for p in graph.node_map[key].parents if p.key[0] == "registry"]) > 1] == []
    assert [name for _app, name in ours if "auto_2" in name] == []


def test_what_git_keeps_names_no_place_of_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    homes = (f"{Path.home()}/", f"{ROOT.parent}/")
    found = []

    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if path.is_file() and path.suffix not in {".png", ".ico"}:
            text = path.read_text("utf-8", errors="replace")
            found += [name for home in homes if len(home) > 2 and home in text]

    assert found == []
