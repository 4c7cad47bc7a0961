import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import serializers
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from registry.management.preparation import collect_static, fill_with_sample, first_account, migrate, prepare
from registry.models import Release, Subprocessor


@pytest.fixture
def static(tmp_path: Path, settings: Any) -> Path:
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "page.css").write_text("body { color: black }")
    return tmp_path


def rows() -> str:
    serialized = [serializers.serialize("json", model.objects.all()) for model in (Release, Subprocessor)]
    return "".join([*serialized, serializers.serialize("json", get_user_model().objects.all())])


@pytest.mark.django_db
def test_a_second_preparation_writes_nothing_and_says_nothing(static: Path) -> None:
    prepare(lambda sentence: None)
    fill_with_sample(lambda sentence: None)
    first_account(lambda sentence: None)
    before, said = rows(), []

    with CaptureQueriesContext(connection) as queries:
        prepare(said.append)
        fill_with_sample(said.append)
        first_account(said.append)

    assert said == []
    assert rows() == before
    assert [query["sql"] for query in queries if re.match("INSERT|UPDATE|DELETE|CREATE|DROP", query["sql"])] == []


def test_an_empty_registry_gets_the_sample(empty_registry: None) -> None:
    said: list[str] = []

    fill_with_sample(said.append)

    assert said == ["Loaded the sample policy with its 3 releases."]
    assert Release.objects.count() == 3


@pytest.mark.django_db
def test_a_registry_that_holds_anything_is_left_alone() -> None:
    Subprocessor.objects.update(legal_name="Ours")
    said: list[str] = []

    fill_with_sample(said.append)

    assert said == []
    assert set(Subprocessor.objects.values_list("legal_name", flat=True)) == {"Ours"}


@pytest.mark.django_db
def test_the_first_account_may_do_everything_and_its_password_is_said_once() -> None:
    said: list[str] = []

    first_account(said.append)
    first_account(said.append)

    (sentence,) = said
    password = re.fullmatch(r"Staff sign in as admin with the password (\S{16}) \(.*\)\.", sentence)[1]
    account = get_user_model().objects.get()
    assert (account.username, account.is_staff, account.is_superuser) == ("admin", True, True)
    assert account.check_password(password)


@pytest.mark.django_db
def test_no_account_is_made_where_somebody_can_sign_in() -> None:
    get_user_model().objects.create_user("anna")
    said: list[str] = []

    first_account(said.append)

    assert said == []
    assert get_user_model().objects.get().username == "anna"


def test_static_files_are_collected_again_only_when_one_has_changed(static: Path) -> None:
    said: list[str] = []
    copy = static / "collected" / "page.css"

    collect_static(said.append)
    first = copy.stat().st_mtime_ns
    collect_static(said.append)
    unchanged = copy.stat().st_mtime_ns
    (static / "source" / "page.css").write_text("body { color: white; background: black }")
    collect_static(said.append)

    assert said == ["Collecting static files."] * 2
    assert unchanged == first
    assert copy.read_text() == "body { color: white; background: black }"


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_brought_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr("registry.management.preparation.call_command", lambda *names, **options: called.append(names))

    migrate(said.append)
    MigrationRecorder(connection).record_unapplied("registry", MigrationLoader(None).graph.leaf_nodes("registry")[0][1])
    migrate(said.append)

    assert said == ["Bringing the database up to date."]
    assert called == [("migrate",)]


def test_a_database_that_does_not_answer_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection: Any) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr("registry.management.preparation.MigrationExecutor", refuse)

    with pytest.raises(CommandError, match=r"^The database does not answer \(connection refused\)\. Start it, or set"):
        migrate(lambda sentence: None)
