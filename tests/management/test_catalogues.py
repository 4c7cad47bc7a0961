import gettext
import os
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from registry.management import catalogues
from registry.management.catalogues import compile_stale, differences, wrong

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Language: lv\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);\\n"

msgid "releases"
msgstr "laidieni"

msgctxt "of a policy"
msgid "in force"
msgstr "spēkā"

msgid "%(count)s country"
msgid_plural "%(count)s countries"
msgstr[0] "%(count)s valsts"
msgstr[1] "%(count)s valstis"
msgstr[2] "%(count)s valstu"
"""
EXTRACTED = """
msgid "releases"
msgstr ""

msgctxt "of a policy"
msgid "in force"
msgstr ""

#, python-format
msgid "%(count)s country"
msgid_plural "%(count)s countries"
msgstr[0] ""
msgstr[1] ""
"""


@pytest.fixture
def po(tmp_path: Path) -> Path:
    path = tmp_path / "lv" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(PO, "utf-8")
    return path


def catalogue(text: str) -> Catalog:
    return read_po(BytesIO(text.encode()), locale="lv")


def found(text: str, extracted: str = EXTRACTED) -> list[str]:
    return list(differences(catalogue(text), catalogue(extracted)))


def test_a_catalogue_is_compiled_with_its_plurals_and_contexts(po: Path, tmp_path: Path) -> None:
    assert compile_stale(tmp_path) == [po]

    with po.with_suffix(".mo").open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("releases") == "laidieni"
    assert spoken.pgettext("of a policy", "in force") == "spēkā"
    assert [spoken.ngettext("%(count)s country", "%(count)s countries", n) for n in (21, 2, 0)] == [
        "%(count)s valsts",
        "%(count)s valstis",
        "%(count)s valstu",
    ]
    assert sorted(path.name for path in po.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_catalogue_is_compiled_again_only_when_its_source_is_newer(po: Path, tmp_path: Path) -> None:
    compile_stale(tmp_path)

    assert compile_stale(tmp_path) == []

    later = po.with_suffix(".mo").stat().st_mtime_ns + 1
    os.utime(po, ns=(later, later))
    assert compile_stale(tmp_path) == [po]


def test_a_fuzzy_translation_is_not_shown(po: Path, tmp_path: Path) -> None:
    po.write_text(PO.replace('msgid "releases"', '#, fuzzy\nmsgid "releases"'), "utf-8")

    compile_stale(tmp_path)

    with po.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("releases") == "releases"


def test_a_complete_catalogue_has_no_differences() -> None:
    assert found(PO) == []


@pytest.mark.parametrize(
    ("text", "extracted", "problem"),
    [
        (PO, EXTRACTED + '\nmsgid "new"\nmsgstr ""\n', "lv: 'new' is missing. Run make messages."),
        (PO + '\nmsgid "old"\nmsgstr "vecs"\n', EXTRACTED, "lv: 'old' is in the code no more. Run make messages."),
        (PO + '\n#~ msgid "gone"\n#~ msgstr "prom"\n', EXTRACTED, "lv: 'gone' is obsolete. Run make messages."),
        (PO.replace('"laidieni"', '""'), EXTRACTED, "lv: 'releases' is not translated."),
        (
            PO.replace('msgstr[2] "%(count)s valstu"', 'msgstr[2] ""'),
            EXTRACTED,
            "lv: '%(count)s country | %(count)s countries' is not translated.",
        ),
        (
            PO.replace('msgid "releases"', '#, fuzzy\nmsgid "releases"'),
            EXTRACTED,
            "lv: 'releases' is fuzzy: look at its translation, then remove the mark.",
        ),
        (
            PO.replace('msgid "%(count)s country"', '#, python-format\nmsgid "%(count)s country"').replace(
                "%(count)s valstis", "%(number)s valstis"
            ),
            EXTRACTED,
            "lv: '%(count)s country | %(count)s countries' is translated wrongly: unknown named placeholder 'number'.",
        ),
        (
            PO.replace('msgctxt "of a policy"\n', ""),
            EXTRACTED,
            "lv: 'in force' (of a policy) is missing. Run make messages.",
        ),
    ],
)
def test_a_catalogue_that_does_not_say_what_the_code_says_is_told(text: str, extracted: str, problem: str) -> None:
    assert problem in found(text, extracted)


def test_a_form_that_serves_more_than_one_says_the_number_where_english_does_not() -> None:
    english = '#, python-format\nmsgid "A country"'
    said = [text.replace('msgid "%(count)s country"', english) for text in (PO, EXTRACTED)]

    assert said[0] != PO
    assert found(*said) == []


@pytest.mark.skipif(not shutil.which("xgettext"), reason="gettext is not installed")
def test_messages_are_read_from_the_code_and_the_templates(tmp_path: Path, settings: Any) -> None:
    root: Path = tmp_path / "project"
    for name in catalogues.SOURCES:
        shutil.copytree(settings.BASE_DIR / name, root / name, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    shutil.copy(settings.BASE_DIR / "manage.py", root)
    (root / "registry" / "novelty.py").write_text('_ = str\nSAID = _("said by code alone")\n')
    (root / "templates" / "novelty.html").write_text('{% load i18n %}{% translate "said by a template alone" %}')
    po = root / "registry" / "locale" / "lv" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    po.write_text(PO.replace('"releases"', '"said by nobody"'), "utf-8")
    settings.BASE_DIR = root
    before = po.read_bytes()

    problems = wrong(root / "registry" / "locale")

    assert "lv: 'said by code alone' is missing. Run make messages." in problems
    assert "lv: 'said by a template alone' is missing. Run make messages." in problems
    assert "lv: 'said by nobody' is in the code no more. Run make messages." in problems
    assert po.read_bytes() == before
