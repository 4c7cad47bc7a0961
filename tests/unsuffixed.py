"""Fail on our own code, or a template, that reads or writes a translated field without saying in which language."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import base as templates


class Unsuffixed(AssertionError):
    pass


@pytest.fixture(autouse=True, scope="session")
def no_translated_field_without_its_language() -> Iterator[None]:
    from modeltranslation.fields import TranslationFieldDescriptor

    ours = str(Path(settings.BASE_DIR) / "registry")
    read, write = TranslationFieldDescriptor.__get__, TranslationFieldDescriptor.__set__

    def refuse(self: Any) -> None:
        where = sys._getframe(2).f_code.co_filename
        if where.startswith(ours) or where == templates.__file__:
            raise Unsuffixed(f"{where} uses {self.field.model.__name__}.{self.field.name} without a language")

    def checked_read(self: Any, instance: Any, owner: Any) -> Any:
        if instance is not None:
            refuse(self)
        return read(self, instance, owner)

    def checked_write(self: Any, instance: Any, value: Any) -> None:
        refuse(self)
        write(self, instance, value)

    TranslationFieldDescriptor.__get__, TranslationFieldDescriptor.__set__ = checked_read, checked_write
    yield
    TranslationFieldDescriptor.__get__, TranslationFieldDescriptor.__set__ = read, write
