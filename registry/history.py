"""Which nouns are audited. Importing the translations first gives the history every language's column."""

from typing import Any

from simple_history import register
from simple_history.models import HistoricalRecords

from . import models, translation


class TranslatedHistory(HistoricalRecords):
    """History of the language columns alone: the un-suffixed ones make differences that nobody made."""

    def fields_included(self, model: Any) -> list[Any]:
        originals = {field.translated_field.name for field in model._meta.fields if hasattr(field, "translated_field")}
        return [field for field in super().fields_included(model) if field.name not in originals]


# With their many-to-many links.
AUDITED: dict[type[Any], tuple[str, ...]] = {
    **dict.fromkeys(translation.TRANSLATED, ()),
    models.Language: (),
    models.SafeguardSet: ("safeguards",),
    models.ProcessingLocation: ("safeguard_sets",),
    models.TransferMechanism: (),
    models.DpaRequest: (),
}

for _model, _links in AUDITED.items():
    register(
        _model,
        records_class=TranslatedHistory,
        m2m_fields=[_model._meta.get_field(link) for link in _links],
        excluded_fields=["form_token"] if _model is models.DpaRequest else [],
        app="registry",
    )
