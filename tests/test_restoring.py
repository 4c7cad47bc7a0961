"""After a test with transactions of its own the database holds what it held before, to the row."""

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection

from registry.models import Publication, Question, Release, guards

from . import restoring


def rows() -> dict[str, list[tuple]]:
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(cursor.fetchall(), key=repr)
    return found


@pytest.mark.django_db(transaction=True)
def test_what_was_changed_added_or_removed_is_as_before_and_numbers_go_on_from_there():
    before, last = rows(), Question.objects.order_by("-pk").first().pk
    Question.objects.update(question_en="Changed?")
    with guards.lifted():
        Publication.objects.all().delete()
        Release.objects.filter(number=3).delete()
    for number in range(3):
        Question.objects.create(key=f"new-{number}", question_en="New?", answer_en="Yes.")
    User.objects.create_user("anna")

    restoring.give_back()

    assert rows() == before
    assert {model._meta.db_table for model in apps.get_models()} <= before.keys()
    assert Question.objects.create(key="next", question_en="Next?", answer_en="Yes.").pk == last + 1
    assert guards.missing() == []
    with pytest.raises(IntegrityError):
        Release.objects.filter(number=1).update(content="{}")
