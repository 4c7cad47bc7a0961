import os
import re
import shutil
import subprocess

import polib
import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from registry.actions.exchanging import PlanMoved, apply, export, file_name, languages
from registry.actions.publishing import draft
from registry.actions.translating import coverage
from registry.actions.weighing import plan
from registry.exchange import po
from registry.history import AUDITED
from registry.models import DpaRequest, Language, PolicySection, ProcessingLocation, ServiceProfile, TranslationPin
from registry.translation import TRANSLATED, normal, set_prose
from tests.actions.test_translating import pin, staff
from tests.exchange.test_po import ODD, TEXT

HEADING, BODY = "sections/definition/heading", "sections/definition/body"
CODES = [code for code, _name in settings.LANGUAGES if code != "en"]
with_gettext = pytest.mark.skipif(
    not shutil.which("msgmerge") and os.environ.get("CI") != "true", reason="gettext's programs are not here"
)


@pytest.fixture
def section(db):
    return PolicySection.objects.get(key="definition")


@pytest.fixture
def anna(db):
    return staff("anna", "translate", languages=["lv"])


def edit(data, **texts):
    """A file as a translator leaves it: texts by the key's last two parts, no longer fuzzy."""
    file = polib.pofile(data.decode(), wrapwidth=0)
    for entry in file:
        name = "_".join(entry.msgctxt.split("/")[1:])
        if name in texts:
            entry.msgstr, entry.fuzzy = texts[name], False
    return po.read(str(file).encode()).entries


def everything():
    """What the draft and its history say: an import that changes nothing leaves it as it was."""
    rows = {model: list(model.objects.order_by("pk").values_list()) for model in [*TRANSLATED, TranslationPin]}
    return rows, {model: model.history.count() for model in AUDITED.keys() - {DpaRequest}}


# --- There and back ---------------------------------------------------------------------------------------------------


def test_a_file_holds_what_the_next_release_would_say(section):
    PolicySection.objects.filter(key="introduction").update(listed=False)
    section.heading_en, section.body_lv = "What it is", ""
    section.save()

    file = polib.pofile(export("lv").decode())

    keys = [entry.msgctxt for entry in file]
    assert HEADING in keys
    assert "sections/introduction/heading" not in keys
    assert len(keys) == next(row.total for row in coverage(draft()) if row.language == "lv")
    outdated, missing = (next(entry for entry in file if entry.msgctxt == key) for key in (HEADING, BODY))
    assert (outdated.fuzzy, outdated.previous_msgid, outdated.msgid) == (
        True,
        pin(section, "heading").source_text,
        "What it is",
    )
    assert outdated.comment.splitlines()[:2] == ["Policy section “What it is”, heading", "status: outdated"]
    assert (missing.fuzzy, missing.msgstr, missing.comment.splitlines()[1]) == (False, "", "status: missing")


def test_an_outdated_text_that_nobody_knows_the_source_of_names_none(section):
    PolicySection.objects.filter(pk=section.pk).update(heading_lv="Past every pin")

    entry = next(entry for entry in polib.pofile(export("lv").decode()) if entry.msgctxt == HEADING)

    assert (entry.fuzzy, entry.previous_msgid) == (True, None)


def test_the_same_state_gives_the_same_bytes_whoever_asks_in_whichever_language(section, anna):
    data = export("lv")

    with override("da"):
        assert export("lv", by=anna) == data


@pytest.mark.parametrize("language", CODES)
def test_what_was_exported_changes_nothing_when_it_comes_back(section, language):
    Language.objects.update_or_create(code=language, defaults={"worked_on": True})
    for row, text in zip(PolicySection.objects.all(), ODD[::2], strict=False):
        set_prose(row, "body", {language: f"{text} {row.body_en}"})
        set_prose(row, "heading", {language: "x" + text[:40]})
        row.save()
    section.refresh_from_db()
    section.heading_en += " moved"
    section.save()
    before = everything()

    made = apply(po.read(export(language)).entries, language)

    assert (made.taken, made.refused) == ([], [])
    assert everything() == before


@limits(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(text=TEXT, source=st.sampled_from(["Plain", "Line\nline"]))
def test_every_text_that_is_stored_comes_back_as_it_was(section, text, source):
    PolicySection.objects.filter(pk=section.pk).update(body_en=source, body_lv=text)
    before = everything()

    made = apply(po.read(export("lv")).entries, "lv")

    assert (made.taken, made.refused) == ([], [])
    assert everything() == before


@pytest.mark.parametrize("text", [text for text in ODD if "{" not in text])
def test_a_text_that_comes_in_is_stored_as_it_was_typed(section, text):
    data = export("lv")

    apply(edit(data, definition_body=text), "lv")

    section.refresh_from_db()
    assert normal(section.body_lv) == normal(text)
    assert pin(section).source_text == normal(section.body_en)


# --- What comes in ----------------------------------------------------------------------------------------------------


def test_texts_come_in_with_their_author_one_version_one_history_entry_and_one_pin_each(section, anna):
    location = ProcessingLocation.objects.exclude(place_en="").exclude(place_en=None).filter(listed=True).first()
    entries = edit(export("lv"), definition_heading="Cits", **{f"{location.key}_place": "Cita vieta"})
    version, records, pins = section.version, section.history.count(), TranslationPin.history.count()
    other, links = location.history.count(), list(location.safeguard_sets.values_list("pk", flat=True))

    made = apply(entries, "lv", by=anna)

    section.refresh_from_db()
    location.refresh_from_db()
    assert [line.action for line in made.taken] == ["changed", "changed"]
    assert (section.heading_lv, section.version, section.history.count()) == ("Cits", version + 1, records + 1)
    assert (section.history.first().heading_lv, section.history.first().history_user) == ("Cits", anna)
    assert section.history.first().version == section.version
    assert (location.place_lv, location.history.count()) == ("Cita vieta", other + 1)
    assert sorted(
        row.safeguard_set_id if hasattr(row, "safeguard_set_id") else row.safeguardset_id
        for row in location.history.first().safeguard_sets.all()
    ) == sorted(links)
    assert TranslationPin.history.count() == pins + 2
    for noun, field in ((section, "heading"), (location, "place")):
        assert (pin(noun, field).by, pin(noun, field).status) == (anna, "human")
        assert pin(noun, field).source_text == getattr(noun, f"{field}_en")


def test_a_confirmed_text_is_current_again_and_nothing_else_changes(section, anna):
    section.heading_en = "What it is"
    section.save()
    version, text = section.version, section.heading_lv

    made = apply(edit(export("lv"), definition_heading=text), "lv", by=anna)

    section.refresh_from_db()
    assert [line.action for line in made.taken] == ["confirmed"]
    assert (section.version, section.heading_lv) == (version, text)
    assert (pin(section, "heading").source_text, pin(section, "heading").by) == ("What it is", anna)


def test_a_text_of_an_earlier_source_stays_outdated_with_the_source_it_was_made_from(section):
    before, data = section.heading_en, export("lv")
    section.heading_en = "What it is"
    section.save()

    made = apply(edit(data, definition_heading="Cits"), "lv")

    section.refresh_from_db()
    assert [line.action for line in made.taken] == ["outdated"]
    assert (section.heading_lv, pin(section, "heading").source_text) == ("Cits", before)
    outdated = [row.key for row in next(c for c in coverage(draft()) if c.language == "lv").incomplete]
    assert outdated == [HEADING]


def test_a_machines_texts_count_as_a_machines(section):
    apply(edit(export("lv"), definition_heading="Cits"), "lv", machine=True)

    assert pin(section, "heading").status == "machine"


def test_what_is_refused_is_left_out_and_the_rest_comes_in(section):
    made = apply(edit(export("lv"), definition_heading="<i>Cits</i>", definition_body=section.body_lv + " Vēl."), "lv")

    assert ([line.entry.key for line in made.refused], [line.entry.key for line in made.taken]) == ([HEADING], [BODY])
    section.refresh_from_db()
    assert section.body_lv.endswith(" Vēl.")
    assert section.heading_lv != "<i>Cits</i>"


def test_a_plan_that_is_no_longer_true_saves_nothing(section):
    entries = edit(export("lv"), definition_heading="Cits", definition_body="Cits teksts")
    seen = plan(entries, "lv").fingerprint
    section.heading_lv = "Kas tas ir"
    section.save()
    before = everything()

    with pytest.raises(PlanMoved):
        apply(entries, "lv", expected=seen)

    assert everything() == before


def test_a_file_costs_the_same_queries_for_few_texts_and_for_many(section):
    data, counts = export("lv"), []
    for texts in ({"definition_body": "Viens"}, {"definition_body": "Divi", "introduction_body": "Trīs"}):
        entries = [entry for entry in edit(data, **texts) if entry.edited]
        with CaptureQueriesContext(connection) as queries:
            assert len(apply(entries, "lv").lines) == len(texts)
        counts.append(len(queries))
        data = export("lv")

    assert counts[0] == counts[1]


# --- Who, and which languages -----------------------------------------------------------------------------------------


def test_a_translator_takes_and_brings_the_files_of_their_languages_alone(section, anna):
    entries = edit(export("da"), definition_heading="En anden")

    assert languages(anna) == ["lv"]
    assert languages() == ["da", "et", "hu", "lv", "pt-br"]
    with pytest.raises(PermissionDenied):
        export("da", by=anna)
    made = apply(entries, "da", by=anna)
    assert (made.taken, len(made.refused)) == ([], len(entries))


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_a_language_that_nobody_works_on_has_no_import(section, language):
    with pytest.raises(PermissionDenied):
        apply([], language)


def test_a_file_is_called_after_the_service_and_the_language(db):
    assert file_name("pt-br") == "liveagent-pt_BR.po"
    ServiceProfile.objects.update(service="客服")
    assert file_name("lv") == "policy-lv.po"


# --- gettext's own tools ----------------------------------------------------------------------------------------------


def tool(*call, data=None):
    done = subprocess.run(call, input=data, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@with_gettext
@pytest.mark.parametrize("language", ["da", "lv", "pt-br", "mt", "ar", "el"])
def test_gettext_finds_nothing_wrong_with_our_files(section, language, tmp_path):
    Language.objects.update_or_create(code=language, defaults={"worked_on": True})
    section.heading_en = "What it is"
    section.save()
    path = tmp_path / "file.po"
    path.write_bytes(export(language))

    done = subprocess.run(["msgfmt", "--check", "-o", os.devnull, path], capture_output=True)

    assert (done.returncode, done.stderr.decode()) == (0, "")


@with_gettext
@pytest.mark.parametrize(
    "call",
    [
        ["msgcat", "-"],
        ["msgcat", "--width=40", "--sort-output", "-"],
        ["msgcat", "--no-wrap", "--escape", "-"],
        ["msgattrib", "--no-obsolete", "-"],
        ["msgconv", "--to-code=UTF-8", "-"],
    ],
)
def test_what_gettext_wrote_anew_changes_nothing(section, call):
    section.heading_en, section.body_lv = "What it is", 'Il-Ħaddiem\u00a0ġdid “ſ” e\u0301\t\aσοφός\n\n\\ "معالج"'
    section.save()
    before = everything()

    made = apply(po.read(tool(*call, data=export("lv"))).entries, "lv")

    assert (made.taken, made.refused) == ([], [])
    assert everything() == before


@with_gettext
def test_msgattrib_takes_the_mark_away_and_the_texts_are_confirmed(section):
    section.heading_en = "What it is"
    section.save()

    made = apply(po.read(tool("msgattrib", "--clear-fuzzy", "--clear-previous", "-", data=export("lv"))).entries, "lv")

    assert [(line.entry.key, line.action) for line in made.taken] == [(HEADING, "confirmed")]
    assert [c.incomplete for c in coverage(draft()) if c.language == "lv"] == [()]


@with_gettext
@pytest.mark.parametrize(
    ("mine", "told"),
    [
        ("Pienācīga rūpība", []),
        ("Mans", [("sections/due-diligence/heading", ("It was changed here since the export.",))]),
    ],
)
def test_what_was_changed_here_since_is_not_put_back_by_a_file_that_msgmerge_brought_up_to_date(
    section, tmp_path, mine, told
):
    older, newer = tmp_path / "older.po", tmp_path / "newer.po"
    older.write_bytes(export("lv").replace('msgstr "Pienācīga rūpība"'.encode(), f'msgstr "{mine}"'.encode()))
    mended = PolicySection.objects.get(key="due-diligence")
    mended.heading_lv = "Rūpība"
    mended.save()
    newer.write_bytes(export("lv"))

    made = apply(po.read(tool("msgmerge", "--previous", "--quiet", str(older), str(newer))).entries, "lv")

    assert [(line.entry.key, line.reasons) for line in made.refused] == told
    assert made.taken == []
    mended.refresh_from_db()
    assert mended.heading_lv == "Rūpība"


@with_gettext
def test_a_file_that_msgmerge_brought_up_to_date_comes_back_right(section, tmp_path):
    """The translator's older file, with a text of theirs, merged with what is exported by now."""
    mine, theirs = tmp_path / "mine.po", tmp_path / "theirs.po"
    mine.write_bytes(re.sub(rb'(msgctxt "sections/introduction/heading"\nmsgid .*\n)msgstr .*', rb'\1msgstr "Mans"',
                            export("lv")))  # fmt: skip
    before = section.heading_en
    section.heading_en = f"{before} today"
    section.save()
    new = PolicySection.objects.create(key="new", heading_en=f"{before} now", body_en="Something that was never said.")
    theirs.write_bytes(export("lv"))

    entries = po.read(tool("msgmerge", "--previous", "--quiet", str(mine), str(theirs))).entries
    made = apply(entries, "lv")

    by_key = {entry.key: entry for entry in entries}
    assert by_key[HEADING].fuzzy
    assert by_key[HEADING].previous == before
    # msgmerge guessed the new heading from one that reads nearly the same.
    assert by_key["sections/new/heading"].fuzzy
    assert [(line.entry.key, line.action) for line in made.taken] == [("sections/introduction/heading", "changed")]
    assert [(line.entry.key, line.reasons) for line in made.refused] == [
        ("sections/new/heading", ("It is still marked as fuzzy.",))
    ]
    new.refresh_from_db()
    assert not new.heading_lv
    assert {row.key: row.state for row in next(c for c in coverage(draft()) if c.language == "lv").incomplete} == {
        HEADING: "outdated",
        "sections/new/heading": "missing",
        "sections/new/body": "missing",
    }
