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
    def policies(self) -> Self:
        """Without the entries that only withdraw another one."""
        return self.filter(type=Release.Type.RELEASE)

    def standing(self) -> Self:
        """Releases that no later entry has withdrawn or replaced."""
        return self.policies().filter(ended_by__isnull=True)

    def in_force(self, on: date) -> Self:
        """The release that existing customers have on a day: a set of one or none.

        What a later entry ended had not come into force for them, so that days of the past keep their release.
        """
        return self.standing().filter(in_force_existing_on__lte=on).order_by("-number")[:1]

    def in_force_new(self, on: date) -> Self:
        """The release that new customers get on a day: a set of one or none. As for existing ones, never one that was
        ended since."""
        return self.standing().filter(in_force_new_on__lte=on).order_by("-number")[:1]

    def announced(self, on: date) -> Self:
        """Releases that come into force after a day."""
        return self.standing().filter(in_force_existing_on__gt=on)

    def open_to_objections(self, on: date) -> Self:
        """Releases to which customers may object on a day."""
        return self.standing().filter(objection_deadline__gte=on)

    def end_of_chain(self) -> "Release | None":
        """The end of the chain, whatever kind of entry it is: the one that the next entry follows."""
        return self.order_by("-number").first()

    def newest(self) -> "Release | None":
        """The newest release that stands: the one that the draft would change."""
        return self.standing().order_by("-number").first()

    def before(self, release: "Release") -> "Release | None":
        """The release that another one changes: what existing customers have when it comes into force."""
        earlier = self.policies().filter(number__lt=release.number).exclude(ended_by__number__lte=release.number)
        if release.in_force_existing_on:
            earlier = earlier.filter(in_force_existing_on__lte=release.in_force_existing_on)
        return earlier.order_by("-number").first()

    def named(self, name: str) -> set[str]:
        """The keys of all objects that any release lists under a name."""
        digests = self.order_by().values_list("digest", flat=True)
        return {key for digest in digests for key in _keys(digest).get(name, ())}

    def naming(self, name: str, key: str) -> bool:
        """Whether any release lists an object of this key under this name."""
        return key in self.named(name)


class Release(models.Model):
    """What the public reads: frozen, numbered, chained by digests. The database refuses to change or remove it.

    An entry of the chain is a release of the policy, or the withdrawal of one that was announced. `ends` is the
    announced release that this entry withdraws or replaces: it stands no longer. A withdrawal has no kind and comes
    into force on no day.

    `content` is the exact RFC 8785 text that `digest` (SHA-256, hex) is over. The other columns repeat what the content
    says, so that the database can be asked; `verify_releases` compares them.
    """

    class Type(models.TextChoices):
        RELEASE = "release", _("release")
        WITHDRAWAL = "withdrawal", _("withdrawal")

    class Kind(models.TextChoices):
        CHANGE = "change", _("change")
        EDITORIAL = "editorial", _("editorial correction")
        URGENT = "urgent", _("urgent replacement")

    number = models.PositiveIntegerField(_("number"), primary_key=True)
    published_at = models.DateTimeField(_("published at"))
    type = models.CharField(_("type"), max_length=20, choices=Type, default=Type.RELEASE)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.CHANGE, blank=True)
    announced_on = models.DateField(_("announced on"))
    in_force_new_on = models.DateField(_("in force for new customers on"), null=True, blank=True)
    in_force_existing_on = models.DateField(_("in force for existing customers on"), null=True, blank=True)
    objection_deadline = models.DateField(_("objection deadline"), null=True, blank=True)
    ends = models.OneToOneField(
        "self",
        verbose_name=_("withdraws or replaces"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ended_by",
    )
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
                # Of an urgent release customers are told when it is in force already.
                condition=models.Q(objection_deadline__isnull=True)
                | models.Q(objection_deadline__gte=models.F("announced_on"))
                & (models.Q(kind="urgent") | models.Q(objection_deadline__lte=models.F("in_force_existing_on"))),
                name="release_objection_deadline",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    ~models.Q(kind=""),
                    type="release",
                    in_force_new_on__isnull=False,
                    in_force_existing_on__isnull=False,
                )
                | models.Q(
                    type="withdrawal",
                    kind="",
                    in_force_new_on__isnull=True,
                    in_force_existing_on__isnull=True,
                    objection_deadline__isnull=True,
                    ends__isnull=False,
                ),
                name="release_or_withdrawal",
            ),
            models.CheckConstraint(
                condition=models.Q(ends__isnull=True) | models.Q(ends__lt=models.F("number")),
                name="release_ends_an_earlier_one",
            ),
            models.UniqueConstraint(fields=["previous_digest"], name="release_one_successor"),
        ]

    def __str__(self) -> str:
        return str(self.number)

    @property
    def is_withdrawal(self) -> bool:
        return self.type == self.Type.WITHDRAWAL


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
