import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict

from registry.public.dpa_signing_form import AcceptForm, UploadForm

DIGEST = "0" * 64


def posted(**changed):
    form = QueryDict(mutable=True)
    form.update({"name": " Őszirózsa Ödön ", "role": "ügyvezető", "authority": "on", "digest": DIGEST, **changed})
    return form


def test_who_signs_is_what_was_typed_without_blanks_around_it():
    form = AcceptForm(posted())

    assert form.is_valid()
    assert form.who() == {"name": "Őszirózsa Ödön", "role": "ügyvezető"}
    assert form.cleaned_data["digest"] == DIGEST


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "", "Please fill in this field."),
        ("name", "https://evil.example", "Please leave out web addresses here."),
        (
            "role",
            "boss\u202egnp.exe",
            "This field contains a line break or another character that cannot be shown. Please remove it.",
        ),
        ("role", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("authority", "", "Please tick this box, or have somebody sign who may."),
    ],
)
def test_what_nobody_can_sign_with_is_refused(field, value, message):
    form = AcceptForm(posted(**{field: value}))

    assert dict(form.errors.items()) == {field: [message]}


def test_what_was_typed_is_told_by_its_labels_where_the_form_has_no_place():
    told = AcceptForm(posted(role="")).typed()

    assert [(str(label), value) for label, value in told] == [("Full name", " Őszirózsa Ödön ")]


def test_the_two_forms_of_a_page_have_elements_of_their_own():
    names = [[field.id_for_label for field in (*form, form.bait())] for form in (AcceptForm(), UploadForm())]

    assert set(names[0]) & set(names[1]) == set()


def test_an_upload_needs_a_file_and_leaves_what_is_in_it_to_others():
    assert dict(UploadForm(posted(), files={}).errors.items()) == {"file": ["Please choose the signed document."]}
    assert UploadForm(posted(), files={"file": SimpleUploadedFile("a.pdf", b"")}).is_valid()
