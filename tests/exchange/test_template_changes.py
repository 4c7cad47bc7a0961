from registry.exchange.template_changes import changes

from .. import terms


def told(before, after):
    return [(change.label, change.language, change.words) for change in changes(before, after)]


def test_two_versions_that_say_the_same_differ_in_nothing():
    assert told(terms.version(), terms.version(number=2)) == []


def test_a_passage_is_told_word_by_word_in_each_language_of_both():
    texts = terms.TEXTS | {"title": {"en": "Contract on {service}", "hu": "Szerződés: {service}"}}

    found = told(terms.version(), terms.version(terms.template(texts)))

    assert found == [
        ("Title", "en", [("removed", "Agreement"), ("added", "Contract"), ("same", " on {service}")]),
        ("Title", "hu", [("removed", "Megállapodás"), ("added", "Szerződés"), ("same", ": {service}")]),
    ]


def test_of_a_long_text_the_lines_around_a_change_are_told():
    clauses = [f"{number}. Clause {number}.\n" for number in range(1, 41)]
    hungarian = {"hu": "1. Pont."}
    old = {"body": {"en": "".join(clauses), **hungarian}}
    new = {"body": {"en": "".join(clauses).replace("Clause 20.", "Promise 20."), **hungarian}}

    (change,) = changes(
        terms.version(terms.template(terms.TEXTS | old)), terms.version(terms.template(terms.TEXTS | new))
    )

    before, after = "".join(clauses[16:19]), "".join(clauses[20:22])
    assert change.words == [
        ("same", f"…\n{before}20. "),
        ("removed", "Clause"),
        ("added", "Promise"),
        ("same", f" 20.\n{after}…\n"),
    ]


def test_facts_are_named_in_the_language_of_the_reader():
    after = terms.version(terms.template(governing_law="DE", authority="", data_subjects=["visitors"]))

    assert told(terms.version(), after) == [
        ("Data subjects", "", [("removed", "customers of the customer\n"), ("same", "visitors of websites")]),
        ("Governing law", "", [("removed", "Slovakia"), ("added", "Germany")]),
        (
            "Supervisory authority",
            "",
            [("removed", "Úrad na ochranu osobných údajov"), ("added", "not stated")],
        ),
    ]


def test_a_language_that_is_lost_is_told_once():
    assert told(terms.version(), terms.version(languages=[])) == [
        ("Languages", "", [("same", "English"), ("removed", " and Hungarian")])
    ]


def test_a_machine_translation_is_told():
    assert told(terms.version(), terms.version(machine=["hu"])) == [
        ("Languages with machine translation", "", [("removed", "not stated"), ("added", "Hungarian")])
    ]


def test_from_nothing_all_that_the_source_says_is_told():
    found = changes(None, terms.version())

    assert [(change.label, change.language) for change in found] == [
        ("Languages", ""),
        ("Data subjects", ""),
        ("Categories of personal data", ""),
        ("Governing law", ""),
        ("Supervisory authority", ""),
        ("Country of the supervisory authority", ""),
        ("Title", "en"),
        ("Text", "en"),
        ("Nature and purposes of the processing", "en"),
        ("Duration of the processing and retention", "en"),
        ("Technical and organisational measures", "en"),
    ]
    assert (found[6].language_label, found[6].tag, found[6].direction) == ("English", "en", "ltr")
