"""Pin the translations that were there before pins: to the source as it stood when each text was saved.

History knows both. A text whose saving it does not know stays without a pin, and so counts as outdated until somebody
confirms it: nobody can say what it was made from.
"""

import hashlib
import unicodedata

from django.conf import settings
from django.db import migrations

PROSE = {
    "ServiceProfile": ("privacy",),
    "PolicySection": ("heading", "body"),
    "Question": ("question", "answer"),
    "Region": ("name", "customers"),
    "Safeguard": ("text",),
    "Subprocessor": ("purpose",),
    "ProcessingLocation": ("place",),
}


def normal(text):
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n"))


def digest(text):
    return hashlib.sha256(normal(text).encode()).hexdigest()


def column(field, code):
    return f"{field}_{code.replace('-', '_')}"


def pin_existing(apps, schema_editor):
    profile = apps.get_model("registry", "ServiceProfile").objects.first()
    source = profile.source_language if profile else settings.LANGUAGE_CODE
    # Going back keeps pins, so that coming here again finds them.
    there = set(apps.get_model("registry", "TranslationPin").objects.values_list("noun", "object_id", "field", "language"))
    codes = [code for code, _name in settings.LANGUAGES if code != source]
    pins = []
    for name, fields in PROSE.items():
        records = {}
        # The oldest first; the newest record of a moment comes last.
        for record in apps.get_model("registry", f"Historical{name}").objects.order_by("history_date", "history_id").iterator():
            records.setdefault(record.id, []).append(record)
        for row in apps.get_model("registry", name).objects.iterator():
            for field in fields:
                for code in codes:
                    saved = saved_as(records.get(row.pk, []), column(field, code), getattr(row, column(field, code)))
                    if saved and (name.lower(), row.pk, field, code) not in there:
                        pins.append((name, row.pk, field, code, getattr(saved, column(field, source)), saved))
    write(apps, pins)


def saved_as(records, name, text):
    """The record that first said what the row says now, and has said it since; None where history knows none."""
    if not (text or "").strip():
        return None
    found = None
    for record in reversed(records):
        if normal(getattr(record, name)) != normal(text):
            break
        found = record
    return found


def write(apps, pins):
    pin_model = apps.get_model("registry", "TranslationPin")
    history_model = apps.get_model("registry", "HistoricalTranslationPin")
    made = pin_model.objects.bulk_create(
        [
            pin_model(
                noun=name.lower(),
                object_id=pk,
                field=field,
                language=code,
                source_text=normal(source_text),
                source_digest=digest(source_text),
                text_digest=digest(getattr(saved, column(field, code))),
                status="human",
                by_id=saved.history_user_id,
                at=saved.history_date,
            )
            for name, pk, field, code, source_text, saved in pins
        ],
        batch_size=500,
    )
    history_model.objects.bulk_create(
        [
            history_model(
                **{field.attname: getattr(pin, field.attname) for field in pin_model._meta.concrete_fields},
                history_date=pin.at,
                history_type="+",
                history_user_id=pin.by_id,
            )
            for pin in made
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_translation_pins")]
    operations = [migrations.RunPython(pin_existing, migrations.RunPython.noop)]
