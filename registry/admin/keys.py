"""Keys on forms: made when left empty, never changed after that, and what releases name by them."""

from typing import Any

from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..models import DpaTemplate, DpaTemplateVersion, Release
from .editing import VersionedForm

WHY_KEPT = _(
    "A release names this entry, so it is kept as evidence. Untick “listed” to leave it out of the next release."
)


class NounForm(VersionedForm):
    """A form of a noun: its key is made when it is left empty, and never changes after that."""

    # The fields whose words make the key.
    key_words: tuple[str, ...] = ()
    # The field in which no two entries say the same, if there is one.
    identity = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.taken: set[str] = set()
        if key := self.fields.get("key"):
            key.disabled = self.instance.pk is not None
            key.required = False
            if not key.disabled:
                key.help_text = gettext("Left empty, it is made from the name. It never changes.")

    def clean(self) -> dict[str, Any] | None:
        if "key" in self.fields and not self.instance.pk and "key" not in self.errors:
            self.cleaned_data["key"] = self.cleaned_data.get("key") or self._new_key()
            self.taken.add(self.cleaned_data["key"])
        return super().clean()

    def words(self) -> list[str]:
        source = self.speech.source.replace("-", "_")
        found = (self.cleaned_data.get(name) or self.cleaned_data.get(f"{name}_{source}") for name in self.key_words)
        return [str(word) for word in found if word]

    def _new_key(self) -> str:
        model = self._meta.model
        stem = slugify(" ".join(self.words()))[:70].strip("-") or slugify(model._meta.model_name)
        key, number = stem, 1
        while key in self.taken or model._default_manager.filter(key=key).exists():
            number += 1
            key = f"{stem}-{number}"
        return key


def released_keys(request: HttpRequest, model: type[Any]) -> set[str]:
    """The keys that releases name, and those of templates with versions; asked once a request, however many
    permissions are checked."""
    known = request.__dict__.setdefault("_registry_released", {})
    if model not in known:
        known[model] = (
            set(DpaTemplateVersion.objects.values_list("template__key", flat=True))
            if model is DpaTemplate
            else Release.objects.named(model.released_as)
        )
    return known[model]
