import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from registry.models import DpaTemplate, DpaTemplateVersion


@pytest.fixture
def template(db):
    return DpaTemplate.objects.create(key="other", title_en="Other", body_en="Text")


@pytest.fixture
def version(template):
    return DpaTemplateVersion.objects.create(
        template=template, number=1, content="{}", digest="a" * 64, published_at=timezone.now()
    )


def test_a_template_can_be_issued_once_it_has_a_version_and_while_it_is_listed(template):
    assert template not in DpaTemplate.objects.issuable()

    for number in (1, 2):
        DpaTemplateVersion.objects.create(
            template=template, number=number, content="{}", digest=str(number) * 64, published_at=timezone.now()
        )

    assert list(DpaTemplate.objects.issuable().filter(key="other")) == [template]
    template.listed = False
    template.save()
    assert template not in DpaTemplate.objects.issuable()


def test_a_template_with_a_version_is_unlisted_not_deleted(version, template):
    with pytest.raises(ProtectedError):
        template.delete()
    with pytest.raises(ProtectedError):
        DpaTemplate.objects.filter(key="other").delete()


def test_a_template_without_a_version_can_be_deleted(template):
    template.delete()

    assert not DpaTemplate.objects.filter(key="other").exists()


def test_the_newest_version_is_that_with_the_highest_number(version, template):
    assert template.newest == version


def test_the_database_refuses_to_change_or_remove_a_version(version):
    for change in (lambda: DpaTemplateVersion.objects.update(content="other"), version.delete):
        with pytest.raises(DatabaseError, match="evidence"), transaction.atomic():
            change()


def test_no_version_takes_the_place_of_another(version):
    if connection.vendor != "sqlite":
        pytest.skip("INSERT OR REPLACE is SQLite’s")

    with pytest.raises(DatabaseError, match="evidence"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT OR REPLACE INTO registry_dpatemplateversion "
            "(id, template_id, number, content, digest, published_at) VALUES (%s, %s, 1, '', 'x', '2026-01-01')",
            [version.pk + 100, version.template_id],
        )


@pytest.mark.parametrize(
    ("field", "value"), [("data_subjects", ["nobody"]), ("data_categories", ["secrets"]), ("governing_law", "XX")]
)
def test_a_code_that_is_none_is_refused(template, field, value):
    setattr(template, field, value)

    with pytest.raises(ValidationError) as refused:
        template.full_clean(exclude=["title", "body"])

    assert list(refused.value.message_dict) == [field]


def test_a_version_calls_itself_by_its_template_and_number(version):
    assert str(version) == "other 1"
