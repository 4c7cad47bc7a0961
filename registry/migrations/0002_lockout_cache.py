from django.core.management import call_command
from django.db import migrations


def create(apps, schema_editor):
    """The table of the cache in which django-axes counts failed sign-ins, under hashed keys."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
