import pytest

from registry.exchange.agreement_names import AgreementNames

from .. import terms as made


@pytest.fixture
def names():
    return AgreementNames("hu", made.release())


def passage(state, **texts):
    return {"text": {"en": "<i>Source</i>", **texts}, "state": {"en": "source", "hu": state}}


def test_a_passage_in_the_language_is_plain(names):
    assert names.html(names.text(passage("approved", hu="Itt & most"))) == "Itt &amp; most"
    assert (names.borrowed, names.machine) == (set(), False)


@pytest.mark.parametrize("state", ["missing", "outdated"])
def test_what_does_not_say_what_the_source_says_stands_in_the_source_language(names, state):
    found = names.text(passage(state, hu="Régi"))

    marked = '<span lang="en">&lt;i&gt;Source&lt;/i&gt;</span>'
    assert names.html(f"{found} (A & B)\n{found}") == f"{marked} (A &amp; B)<br>{marked}"
    assert names.block(passage(state, hu="Régi")) == '<div lang="en"><p>&lt;i&gt;Source&lt;/i&gt;</p></div>'
    assert names.borrowed == {"en"}


def test_a_machine_translation_is_remembered(names):
    assert names.block(passage("machine", hu="# Gép\n\n{service}")) == "<h4>Gép</h4>\n<p>Service</p>"
    assert (names.borrowed, names.machine) == (set(), True)


def test_a_translation_of_an_older_release_counts_as_whole(names):
    assert names.html(names.text(passage("translated", hu="Igen"))) == "Igen"


def test_names_of_rows_name_the_language_of_their_parts(names):
    place = names.content["subprocessors"][0]["locations"][0]

    assert names.html(names.place(place)) == (
        'Németország, <span lang="en">Frankfurt</span> (<span lang="en">EU customers</span>)'
    )
