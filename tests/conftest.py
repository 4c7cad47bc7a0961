"""The tests' database holds the sample policy (three releases in six languages), loaded once; each test rolls back."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import TransactionTestCase

from registry.actions.sample import NOUNS, load_sample
from registry.management.catalogues import compile_stale
from registry.models import (
    DpaTemplatePublication,
    DpaTemplateVersion,
    Language,
    Publication,
    Release,
    ServiceProfile,
    guards,
)

from . import restoring
from .journeys.product import Product, prepared


def pytest_configure() -> None:
    # Tests need neither hashed file names nor slow password hashes.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    compile_stale()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    with django_db_blocker.unblock():
        load_sample()
        restoring.keep()


@pytest.fixture(autouse=True, scope="session")
def flush_gives_the_sample_back() -> Iterator[None]:
    """After a test with transactions of its own."""
    teardown = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda self: restoring.give_back()
    yield
    TransactionTestCase._fixture_teardown = teardown


@pytest.fixture(scope="session")
def product_at_rest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Prepared once, for all who copy it, in all processes of the run."""
    with prepared(folder_of_the_run(tmp_path_factory) / "product") as rest:
        yield rest


def folder_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes of a run: each process of pytest-xdist's has its own folder in it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
def empty_registry(db: None) -> None:
    """A database without the sample."""
    with guards.lifted():
        Publication.objects.all().delete()
        Release.objects.all().delete()
        DpaTemplatePublication.objects.all().delete()
        DpaTemplateVersion.objects.all().delete()
    ServiceProfile.objects.all().delete()
    for model in reversed(NOUNS.values()):
        model.objects.all().delete()
    Language.objects.all().delete()
