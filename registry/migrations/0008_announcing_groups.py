from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

RECORDS = ["announcement", "delivery", "subscriber", "subscriberidentity"]
OBJECTIONS = ["objection", "objector", "objectionnote"]
# What each group gains. Publishers see how an announcement goes and who was told; who objects is for those who answer.
GAINED = {
    "publisher": {"view_announcement", "change_announcement", "view_evidence", "view_objection"},
    "DPA officer": {f"view_{model}" for model in RECORDS + OBJECTIONS}
    | {"change_objection", "add_objectionnote", "erase_objection", "erase_subscriber", "view_evidence"},
    "auditor": {f"view_{model}" for model in RECORDS + OBJECTIONS}
    | {f"view_historical{model}" for model in ("announcement", "subscriber", "objection")}
    | {"view_evidence"},
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
    dependencies = [("registry", "0007_announcing")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
