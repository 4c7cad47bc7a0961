import json
from datetime import date
from functools import lru_cache
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


@lru_cache(maxsize=1024)
def _keys(digest: str) -> dict[str, frozenset[str]]:
    """The keys that a release's content names, by the list that names them. A digest names one content for ever."""
    found: dict[str, set[str]] = {}

    def walk(name: str, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                walk(name, item)
        if isinstance(value, dict):
            if isinstance(value.get("key"), str):
                found.setdefault(name, set()).add(value["key"])
            for inner, part in value.items():
                walk(inner, part)

    walk("", json.loads(Release.objects.only("content").get(digest=digest).content))
    return {name: frozenset(keys) for name, keys in found.items()}


class ReleaseQuerySet(models.QuerySet["Release"]):
    def in_force(self, on: date) -> Self:
        """The release that existing customers have on a day: a set of one or none."""
        return self.filter(in_force_existing_on__lte=on).order_by("-number")[:1]

    def announced(self, on: date) -> Self:
        """Releases that come into force after a day."""
        return self.filter(in_force_existing_on__gt=on)

    def newest(self) -> "Release | None":
        return self.order_by("-number").first()

    def named(self, name: str) -> set[str]:
        """The keys of all objects that any release lists under a name."""
        digests = self.order_by().values_list("digest", flat=True)
        return {key for digest in digests for key in _keys(digest).get(name, ())}

    def naming(self, name: str, key: str) -> bool:
        """Whether any release lists an object of this key under this name."""
        return key in self.named(name)


class Release(models.Model):
    """What the public reads: frozen, numbered, chained by digests. The database refuses to change or remove it.

    `content` is the exact RFC 8785 text that `digest` (SHA-256, hex) is over. The other columns repeat what the content
    says, so that the database can be asked; `verify_releases` compares them.
    """

    class Kind(models.TextChoices):
        CHANGE = "change", _("change")
        EDITORIAL = "editorial", _("editorial correction")
        URGENT = "urgent", _("urgent replacement")

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    published_at = models.DateTimeField(_("published at"))
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CHANGE)
    announced_on = models.DateField(_("announced on"))
    in_force_new_on = models.DateField(_("in force for new customers on"))
    in_force_existing_on = models.DateField(_("in force for existing customers on"))
    objection_deadline = models.DateField(_("objection deadline"), null=True, blank=True)
    backfill = models.BooleanField(_("entered from an older archive"), default=False)
    content = models.TextField(_("content"))
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    previous_digest = models.CharField(_("previous digest"), max_length=64, blank=True)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        ordering = ["-number"]
        permissions = [("publish_release", _("Can publish a release"))]
        constraints = [
            models.CheckConstraint(condition=models.Q(number__gte=1), name="release_number_from_one"),
            models.CheckConstraint(
                condition=models.Q(announced_on__lte=models.F("in_force_new_on"))
                & models.Q(in_force_new_on__lte=models.F("in_force_existing_on")),
                name="release_dates_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(objection_deadline__isnull=True)
                | models.Q(
                    objection_deadline__gte=models.F("announced_on"),
                    objection_deadline__lte=models.F("in_force_existing_on"),
                ),
                name="release_objection_deadline",
            ),
            models.UniqueConstraint(fields=["previous_digest"], name="release_one_successor"),
        ]

    def __str__(self) -> str:
        return str(self.number)


class Publication(models.Model):
    """Who published a release. It stands beside the release: its content names nobody."""

    release = models.OneToOneField(Release, primary_key=True, on_delete=models.PROTECT, related_name="publication")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("published by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    def __str__(self) -> str:
        return str(self.pk)
