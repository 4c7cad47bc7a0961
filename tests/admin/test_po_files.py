import polib
import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile

from registry.actions.exchanging import export
from registry.exchange.po import MOST_BYTES
from registry.models import Language, PolicySection, Translator
from registry.models import TranslationPin as Pin
from tests.reading import read

HEADING, BODY = "sections/definition/heading", "sections/definition/body"


def address(page, language="lv"):
    return f"/admin/registry/translationpin/{language}/{page}/"


@pytest.fixture
def anna(signed_in):
    """A translator of Latvian."""
    client = signed_in("translator", "anna")
    Translator.objects.create(user=User.objects.get(username="anna")).languages.set(Language.objects.filter(code="lv"))
    return client


@pytest.fixture
def section(db):
    return PolicySection.objects.get(key="definition")


def edited(language="lv", **texts):
    file = polib.pofile(export(language).decode(), wrapwidth=0)
    for entry in file:
        name = entry.msgctxt.rpartition("/")[2]
        if entry.msgctxt in {HEADING, BODY} and name in texts:
            entry.msgstr, entry.fuzzy = texts[name], False
    return str(file).encode()


def send(client, data, language="lv", **more):
    return client.post(address("import", language), {"file": SimpleUploadedFile("lv.po", data), **more})


def confirm(client, preview, language="lv"):
    return client.post(address("import", language), {"carried": preview.context["carried"]}, follow=True)


def told(response):
    return [
        (group["action"], [(row.line.entry.key, row.line.reasons) for row in group["rows"]])
        for group in map(dict, response.context["shown"])
    ]


def test_the_file_is_taken_away_by_whoever_may_see_the_language(anna, section):
    response = anna.get(address("export"))

    assert response.content == export("lv")
    assert response.headers["Content-Type"] == "text/x-gettext-translation; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="liveagent-lv.po"'
    assert anna.get(address("export", "da")).status_code == 403
    assert anna.post(address("export")).status_code == 405


@pytest.mark.parametrize(
    ("role", "statuses"),
    [("editor", (200, 200)), ("auditor", (200, 403)), ("DPA officer", (403, 403)), ("superuser", (200, 200))],
)
def test_each_group_gets_what_is_its_own(signed_in, role, statuses):
    client = signed_in(role)

    assert (client.get(address("export")).status_code, client.get(address("import")).status_code) == statuses


@pytest.mark.parametrize("language", ["en", "de", "xx"])
def test_a_language_that_nobody_works_on_has_no_page(signed_in, language):
    client = signed_in("superuser")

    assert client.get(address("export", language)).status_code == 404
    assert client.get(address("import", language)).status_code == 404


def test_a_preview_tells_what_would_happen_and_changes_nothing(anna, section):
    before, versions = section.heading_lv, section.version

    preview = send(anna, edited(heading=f"{before} cits", body="<b>x</b>"))

    assert [(action, [key for key, _reasons in rows]) for action, rows in told(preview)] == [
        ("refused", [BODY]),
        ("changed", [HEADING]),
    ]
    page = read(preview.content.decode())
    words = next(found for found in page.all("div", lang="lv") if found.all("ins"))
    assert words.text == f"{before} cits"
    assert [found.text.strip() for found in words.all("ins")] == ["cits"]
    assert preview.context["same"] == len(polib.pofile(export("lv").decode())) - 2
    section.refresh_from_db()
    assert (section.heading_lv, section.version) == (before, versions)


def test_what_was_shown_is_saved_by_whoever_confirms_it_and_what_was_refused_is_told(anna, section):
    response = confirm(anna, send(anna, edited(heading="Cits", body="<b>x</b>")))

    assert response.redirect_chain == [("/admin/registry/translationpin/lv/", 302)]
    assert [str(message) for message in response.context["messages"]] == [
        "1 translation imported.",
        "1 entry was left out.",
    ]
    section.refresh_from_db()
    assert (section.heading_lv, str(section.history.first().history_user)) == ("Cits", "anna")
    pin = Pin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="lv")
    assert (str(pin.by), pin.status) == ("anna", "human")
    assert [(str(row.user), row.object_id) for row in LogEntry.objects.all()] == [("anna", str(section.pk))]


def test_texts_of_a_machine_are_told_and_kept_as_such(anna, section):
    preview = send(anna, edited(heading="Cits"), machine="on")
    assert "What is imported counts as machine translation." in preview.content.decode()

    confirm(anna, preview)

    pin = Pin.objects.get(noun="policysection", object_id=section.pk, field="heading", language="lv")
    assert pin.status == "machine"


def test_a_file_that_says_what_the_registry_says_leaves_nothing_to_confirm(anna):
    preview = send(anna, export("lv"))

    assert (told(preview), preview.context["carried"]) == ([], "")
    assert "there is nothing to import" in preview.content.decode()


def test_a_file_of_which_nothing_can_be_taken_leaves_nothing_to_confirm(anna, section):
    preview = send(anna, edited(heading="<b>x</b>"))

    assert preview.context["carried"] == ""
    assert "Nothing of the file can be imported." in preview.content.decode()


def test_a_preview_that_is_no_longer_true_is_shown_again(anna, section):
    preview = send(anna, edited(heading="Cits", body=section.body_lv + " Vēl."))
    section.heading_lv = "Kas tas ir"
    section.save()

    again = confirm(anna, preview)

    assert again.context["moved"] is True
    assert told(again) == [
        ("refused", [(HEADING, ("It was changed here since the export.",))]),
        ("changed", [(BODY, ())]),
    ]
    section.refresh_from_db()
    assert not section.body_lv.endswith(" Vēl.")
    assert again.context["same"] == preview.context["same"]
    confirm(anna, again)
    section.refresh_from_db()
    assert (section.heading_lv, section.body_lv[-5:]) == ("Kas tas ir", " Vēl.")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The submitted file is empty."),
        (b"\x89PNG\xff", "The file is not in UTF-8. Save it as UTF-8."),
        (b"key,text", "The file is no PO file."),
        (b" " * (MOST_BYTES + 1), "The file is too large. A file of one language has less than 10 MB."),
    ],
    ids=["empty", "binary", "table", "too large"],
)
def test_a_bad_file_is_refused_on_the_page(anna, data, sentence):
    assert send(anna, data).context["form"].errors["file"] == [sentence]


def test_a_file_of_another_language_is_refused_on_the_page(anna):
    response = send(anna, export("da"))

    assert response.context["form"].errors["file"] == ["The file is of another language. Its language: da."]


def test_more_than_a_form_can_carry_is_refused_before_it_is_shown(anna, section, monkeypatch):
    monkeypatch.setattr("registry.admin.po_files._MOST_CARRIED", 100)

    response = send(anna, edited(heading="Cits"))

    assert response.context["form"].errors["file"] == [
        "The file changes more than one import can take. Split it into smaller files."
    ]


@pytest.mark.parametrize("carried", ["x", "a:b:c", "é" * 50])
def test_a_confirmation_that_nobody_signed_is_refused(anna, carried):
    response = anna.post(address("import"), {"carried": carried})

    assert [str(message) for message in response.context["messages"]] == [
        "The preview has expired. Choose the file again."
    ]
    assert not LogEntry.objects.exists()


def test_a_confirmation_is_its_own_readers_and_its_own_languages(anna, signed_in, section):
    preview = send(anna, edited(heading="Cits"))
    bela = signed_in("superuser", "bela")

    assert confirm(bela, preview).status_code == 403
    own = send(bela, edited(heading="Cits"))
    assert confirm(bela, own, "da").status_code == 403


def test_many_changed_texts_are_shown_whole_and_not_word_by_word(anna, section, monkeypatch):
    monkeypatch.setattr("registry.admin.po_files._MOST_COMPARED", 1)

    preview = send(anna, edited(heading="Cits", body="Cits teksts"))

    (group,) = preview.context["shown"]
    assert [row.words is None for row in group["rows"]] == [False, True]
    assert "Cits teksts" in preview.content.decode()
