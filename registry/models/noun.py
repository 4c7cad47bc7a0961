"""What every noun that staff edit has in common: an immutable key, a version, and a life after its release."""

from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext_lazy as _

# Where a new row stands among its like, until somebody says otherwise: after those that have a place.
LAST = 1000


class NounQuerySet(models.QuerySet[Any]):
    def listed(self) -> Self:
        """What the next release would name."""
        return self.filter(listed=True)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raise ProtectedError where a release has named one of the rows: such a row is unlisted instead."""
        for noun in self:
            noun.refuse_deletion_if_released()
        return super().delete()


class Noun(models.Model):
    key = models.SlugField(
        _("key"),
        max_length=80,
        unique=True,
        help_text=_("Names this entry in releases, translators’ files and the API. It never changes."),
    )
    listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Untick to leave the entry out of the next release.")
    )
    # Counts saves, so that the second of two editors is told (see admin/noun.py).
    version = models.PositiveIntegerField(default=0, editable=False)

    _key_in_database: str | None = None
    # Where a release's content lists these rows.
    released_as: str = ""

    objects = NounQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key

    @classmethod
    def from_db(cls, db: Any, field_names: Any, values: Any, **kwargs: Any) -> Self:
        noun = super().from_db(db, field_names, values, **kwargs)
        noun._key_in_database = noun.__dict__.get("key")
        return noun

    def clean(self) -> None:
        super().clean()
        self._refuse_renaming()

    def save(self, *args: Any, **kwargs: Any) -> None:
        self._refuse_renaming()
        self.version += 1
        # A row and the pins of its translations are saved together (pinning.py).
        with transaction.atomic(savepoint=False):
            super().save(*args, **kwargs)
        self._key_in_database = self.key

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.refuse_deletion_if_released()
        return super().delete(*args, **kwargs)

    def _refuse_renaming(self) -> None:
        before = self._key_in_database
        if before is not None and before != self.key:
            raise ValidationError({"key": _("A key never changes: releases and translators’ files name it.")})

    @property
    def released(self) -> bool:
        """Whether a release has named this row."""
        from .release import Release  # noqa: PLC0415 - a release knows nouns by key alone, and nouns ask it back

        return Release.objects.naming(self.released_as, self.key)

    def refuse_deletion_if_released(self) -> None:
        if self.released:
            raise ProtectedError(
                f"{self.key} was named by a release and is kept as evidence; unlist it instead.", {self}
            )
