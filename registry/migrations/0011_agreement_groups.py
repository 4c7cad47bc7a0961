from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

RECORDS = ["dpatemplate", "dpatemplateversion", "agreement", "dpaevent"]
# What each group gains. A signatory binds the provider: whoever prepares agreements need not be one.
GAINED = {
    "editor": {"view_dpatemplate", "view_dpatemplateversion"},
    "publisher": {"view_dpatemplate", "view_dpatemplateversion"},
    "DPA officer": {f"view_{model}" for model in [*RECORDS, "agreementfile", "signature", "dpalink"]}
    | {"add_dpatemplate", "change_dpatemplate", "delete_dpatemplate", "publish_dpatemplate", "change_agreement"},
    "DPA signatory": {f"view_{model}" for model in [*RECORDS, "agreementfile", "signature", "release"]}
    | {"view_dparequest", "view_dparequester", "view_dpanote", "countersign_agreement"},
    "auditor": {f"view_{model}" for model in [*RECORDS, "agreementfile", "signature", "dpalink"]}
    | {"view_historicaldpatemplate", "view_historicalagreement"},
}


def create(apps, schema_editor):
    # Permissions are made after all migrations; groups need them now.
    create_permissions(installed.get_app_config("registry"), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name, gained in GAINED.items():
        group, _created = group_model.objects.get_or_create(name=name)
        group.permissions.add(*permission_model.objects.filter(content_type__app_label="registry", codename__in=gained))


class Migration(migrations.Migration):
    dependencies = [("registry", "0010_requests_since")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
