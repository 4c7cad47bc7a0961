from dataclasses import replace

import pytest

from registry.actions.publishing import draft
from registry.actions.translating import passages
from registry.actions.weighing import name_of, plan
from registry.exchange import po
from registry.models import PolicySection, TranslationPin
from tests.actions.test_translating import staff

HEADING, BODY = "sections/definition/heading", "sections/definition/body"
UNKNOWN = "The policy has no passage with this key."


@pytest.fixture
def section(db):
    return PolicySection.objects.get(key="definition")


def passage(key):
    return next(row for row in passages(draft(), ["lv"]) if row.key == key)


def exported(key):
    """A passage as a file has it that is exported now."""
    row = passage(key)
    pin = TranslationPin.objects.filter(
        noun=row.noun._meta.model_name, object_id=row.noun.pk, field=row.field, language="lv"
    ).first()
    outdated = row.state == "outdated"
    return po.Entry(
        key,
        row.source,
        row.text,
        fuzzy=outdated,
        previous=pin.source_text if outdated and pin else "",
        status=row.state.value,
        digest=po.digits(row.text),
    )


def weighed(entry, by=None):
    (line,) = plan([entry], "lv", by=by).lines
    return line.action, line.source, line.reasons


def save(section, **texts):
    for name, text in texts.items():
        setattr(section, name, text)
    section.save()


def test_what_was_exported_changes_nothing(section):
    assert weighed(exported(HEADING)) == ("unchanged", "", ())


def test_a_text_that_is_typed_otherwise_and_reads_the_same_changes_nothing(section):
    save(section, heading_lv="Ķ ā\nč")
    decomposed = "K\u0327 a\u0304\r\nc\u030c"

    assert weighed(replace(exported(HEADING), text=decomposed)) == ("unchanged", "", ())


def test_a_text_that_is_new_is_added_and_another_one_is_changed(section):
    entry = exported(HEADING)
    assert weighed(replace(entry, text="Cits")) == ("changed", section.heading_en, ())

    save(section, heading_lv="")

    assert weighed(replace(exported(HEADING), text="Cits")) == ("added", section.heading_en, ())


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_leaves_what_is_there(section, text):
    assert weighed(replace(exported(HEADING), text=text)) == ("unchanged", "", ())


def test_a_text_that_is_no_longer_fuzzy_is_confirmed(section):
    save(section, heading_en="What it is")

    assert weighed(exported(HEADING)) == ("unchanged", "", ())
    assert weighed(replace(exported(HEADING), fuzzy=False)) == ("confirmed", "What it is", ())
    assert weighed(replace(exported(HEADING), fuzzy=False, text="Cits")) == ("changed", "What it is", ())


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("sections/nowhere/body", "Cits", UNKNOWN),
        ("sections/definition/lists", "Cits", UNKNOWN),
        ("", "Cits", UNKNOWN),
        (HEADING, "<b>Cits</b>", "Write Markdown, not HTML: <b> would be shown as it stands."),
        (HEADING, "Cits {service}", "The source does not have these placeholders: {service}"),
        (HEADING, "C" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        (
            HEADING,
            "[Cits](https://example.com)",
            "The source has 0 links. 1 was found here. Write a link as [text](address).",
        ),
    ],
)
def test_a_text_that_cannot_stand_is_refused_with_every_reason(section, key, text, reason):
    entry = replace(exported(HEADING), key=key, text=text)

    assert weighed(entry) == ("refused", "", (reason,))


def test_a_placeholder_that_is_lost_is_named(section):
    save(section, body_en="Of {service} in {territory:US}.", body_lv="No {service}, {territory:US}.")

    assert weighed(replace(exported(BODY), text="No {service}.")) == (
        "refused",
        "",
        ("The source has placeholders that are missing here: {territory:US}",),
    )


def test_confirming_a_text_that_lost_what_its_source_gained_is_refused(section):
    save(section, heading_en="What {service} is")

    assert weighed(replace(exported(HEADING), fuzzy=False))[::2] == (
        "refused",
        ("The source has placeholders that are missing here: {service}",),
    )


def test_a_fuzzy_text_is_not_taken(section):
    entry = replace(exported(HEADING), fuzzy=True, text="Cits")

    assert weighed(entry) == ("refused", "", ("It is still marked as fuzzy.",))


def test_an_outdated_text_that_was_mended_and_is_still_fuzzy_stays_outdated_with_what_it_was_made_from(section):
    before = section.heading_en
    save(section, heading_en="What it is")

    assert weighed(replace(exported(HEADING), text="Cits")) == ("outdated", before, ())


@pytest.mark.parametrize("guess", [{"previous": "Another heading"}, {"previous": ""}, {"guessed_from": "a/b/c"}])
def test_what_a_tool_guessed_is_no_translation_of_an_outdated_passage(section, guess):
    save(section, heading_en="What it is")

    assert weighed(replace(exported(HEADING), text="Cits", **guess)) == (
        "refused",
        "",
        ("It is still marked as fuzzy.",),
    )


def test_what_a_tool_guessed_is_no_translation_of_a_missing_passage(section):
    save(section, heading_lv="")

    assert weighed(replace(exported(HEADING), text="Cits", fuzzy=True, previous="Another"))[0] == "refused"


def test_a_text_whose_source_moved_since_the_export_is_kept_as_outdated(section):
    before, entry = section.heading_en, exported(HEADING)
    save(section, heading_en="What it is")

    assert weighed(entry) == ("unchanged", "", ())
    assert weighed(replace(entry, text="Cits")) == ("outdated", before, ())


def test_a_missing_text_whose_source_moved_since_the_export_is_kept_as_outdated(section):
    save(section, heading_lv="")
    before, entry = section.heading_en, exported(HEADING)
    save(section, heading_en="What it is")

    assert weighed(replace(entry, text="Cits")) == ("outdated", before, ())


def test_a_text_is_never_put_over_one_made_from_a_newer_source(section):
    entry = replace(exported(HEADING), text="Cits")
    save(section, heading_en="What it is", heading_lv="Kas tas ir")

    assert weighed(entry) == (
        "refused",
        "",
        ("It has been translated anew since the export, from a newer source text.",),
    )
    assert weighed(replace(entry, text="Kas tas ir")) == ("unchanged", "", ())


def test_a_confirmation_of_a_source_that_moved_again_is_kept_with_the_source_that_was_confirmed(section):
    save(section, heading_en="What it is")
    entry = exported(HEADING)
    save(section, heading_en="What it was")

    assert weighed(replace(entry, fuzzy=False)) == ("outdated", "What it is", ())
    assert weighed(entry) == ("unchanged", "", ())


def test_a_text_that_was_changed_here_since_the_export_stays(section):
    entry = exported(HEADING)
    save(section, heading_lv="Kas tas ir")

    assert weighed(entry) == ("unchanged", "", ())
    assert weighed(replace(entry, text="Cits")) == ("refused", "", ("It was changed here since the export.",))
    # A tool that takes comments out leaves two versions to compare, and not three.
    assert weighed(replace(entry, text="Cits", digest="")) == ("changed", section.heading_en, ())


def test_a_text_that_was_added_here_since_the_export_stays(section):
    save(section, heading_lv="")
    entry = exported(HEADING)
    save(section, heading_lv="Kas tas ir")

    assert weighed(replace(entry, text="Cits"))[::2] == ("refused", ("It was changed here since the export.",))


def test_confirming_a_text_that_is_another_here_by_now_is_refused(section):
    save(section, heading_en="What it is")
    entry = exported(HEADING)
    section.translated_as = "human"
    save(section, heading_lv="Kas tas ir")
    save(section, heading_en="What it was")
    section.heading_en = "What it is"
    PolicySection.objects.filter(pk=section.pk).update(heading_lv="Past every pin", heading_en="What it is")

    assert passage(HEADING).state == "outdated"
    assert weighed(replace(entry, fuzzy=False)) == ("refused", "", ("It was changed here since the export.",))


def test_a_machines_text_stays_a_machines_until_somebody_changes_it(section):
    section.translated_as = "machine"
    save(section, heading_lv="Kas tas ir")
    entry = exported(HEADING)

    assert entry.status == "machine"
    assert weighed(entry) == ("unchanged", "", ())
    assert weighed(replace(entry, text="Cits")) == ("changed", section.heading_en, ())


def test_a_translator_is_refused_what_is_not_theirs(section):
    entry = replace(exported(HEADING), text="Cits")

    assert weighed(entry, staff("anna", "translate", languages=["lv"]))[0] == "changed"
    assert weighed(entry, staff("bela", "translate", languages=["da"]))[::2] == (
        "refused",
        ("You may not change this text.",),
    )
    assert weighed(entry, staff("cilla", "change_question"))[0] == "refused"
    assert weighed(entry, staff("dora", "change_policysection"))[0] == "changed"


def test_a_plan_counts_its_entries_and_names_what_it_showed(section):
    entries = [replace(exported(HEADING), text="Cits"), exported(BODY), replace(exported(BODY), key="a/b/c")]
    made = plan(entries, "lv")

    assert [line.entry.key for line in made.taken] == [HEADING]
    assert [line.entry.key for line in made.refused] == ["a/b/c"]
    assert made.unchanged == 1
    assert made.fingerprint == plan(entries[:1], "lv").fingerprint
    assert made.fingerprint != plan([replace(entries[0], text="Vēl cits")], "lv").fingerprint
    save(section, heading_lv="Kas tas ir")
    assert made.fingerprint != plan([replace(entries[0], digest="")], "lv").fingerprint


def test_a_passage_is_called_what_people_call_it(section):
    names = {row.key: name_of(row, "en") for row in passages(draft(), ["lv"])}

    assert names["profile/privacy"] == "Service profile, privacy notice"
    assert names[BODY] == f"Policy section “{section.heading_en}”, body"
    assert names["subprocessors/twilio/purpose"] == "Subprocessor “Twilio, Inc.”, what it does"
    places = [name for key, name in names.items() if key.startswith("locations/")]
    assert places
    assert all(name.startswith("Processing location “") for name in places)
