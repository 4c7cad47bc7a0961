from django.apps import apps as installed
from django.contrib.auth.management import create_permissions
from django.db import migrations

NOUNS = [
    "policysection",
    "processinglocation",
    "question",
    "region",
    "safeguard",
    "safeguardset",
    "subprocessor",
    "transfermechanism",
]
DRAFT = [*NOUNS, "serviceprofile", "language"]
RELEASES = ["release", "publication"]
DPA = ["dparequest", "dparequester", "dpanote", "delivery", "erasure"]
# Who may do what is part of what an auditor reads.
STAFF = ["user", "group"]


def permissions_of(group):
    view = {f"view_{model}" for model in DRAFT + RELEASES}
    edit = {f"{verb}_{model}" for model in NOUNS for verb in ("add", "change", "delete")} | {"change_serviceprofile"}
    return {
        "editor": view | edit,
        "publisher": view
        | edit
        | {"add_serviceprofile", "add_language", "change_language", "publish_release"},
        "DPA officer": view | {f"view_{model}" for model in DPA} | {"change_dparequest", "add_dpanote", "erase_dparequest"},
        "auditor": view
        | {f"view_{model}" for model in DPA + STAFF}
        | {f"view_historical{model}" for model in [*DRAFT, "dparequest"]},
    }[group]


def create(apps, schema_editor):
    # Permissions are made after all migrations; groups need them now.
    for app in ("registry", "auth"):
        create_permissions(installed.get_app_config(app), verbosity=0, using=schema_editor.connection.alias)
    group_model, permission_model = apps.get_model("auth", "Group"), apps.get_model("auth", "Permission")
    for name in ("editor", "publisher", "DPA officer", "auditor"):
        group, _created = group_model.objects.get_or_create(name=name)
        group.permissions.set(
            permission_model.objects.filter(content_type__app_label__in=["registry", "auth"], codename__in=permissions_of(name))
        )


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_lockout_cache"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
