from django.db import migrations


def tell_since(apps, schema_editor):
    """Since when a request has been in its state: since its history first says so without a break."""
    requests = apps.get_model("registry", "DpaRequest").objects
    history = apps.get_model("registry", "HistoricalDpaRequest").objects
    for pk, state, received_at in requests.values_list("pk", "state", "received_at"):
        since = received_at
        for at, said in history.filter(id=pk).order_by("-history_date", "-history_id").values_list("history_date", "state"):
            if said != state:
                break
            since = at
        requests.filter(pk=pk).update(since=since)


class Migration(migrations.Migration):
    dependencies = [("registry", "0009_agreements")]
    operations = [migrations.RunPython(tell_since, migrations.RunPython.noop)]
