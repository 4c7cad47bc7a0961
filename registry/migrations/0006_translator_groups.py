from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

# What each group gains. A translator sees no private field of any noun: the workbench shows prose alone.
GAINED = {
    "translator": {"translate"},
    "translation reviewer": {"translate", "approve_translation", "view_translationpin"},
    "editor": {"view_translationpin"},
    "publisher": {"view_translationpin", "approve_translation", "view_translator", "add_translator", "change_translator"},
    "auditor": {"view_translationpin", "view_historicaltranslationpin", "view_translator", "view_historicaltranslator"},
}


def create(apps, schema_editor):
    # Permissions are made after all migrations; groups need them now.
    create_permissions(installed.get_app_config("registry"), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, gained in GAINED.items():
        group, _created = group_model.objects.get_or_create(name=name)
        group.permissions.add(
            *permission_model.objects.filter(content_type__app_label="registry", codename__in=gained)
        )


class Migration(migrations.Migration):
    dependencies = [("registry", "0005_pin_existing_translations")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
