from datetime import UTC, datetime

from registry.models import DpaRequest, ServiceProfile
from tests.requests import submit


def test_the_rooms_stand_in_the_order_of_the_work(signed_in):
    apps = signed_in("superuser").get("/admin/").context["app_list"]

    assert [str(app["name"]) for app in apps][:8] == [
        "Subprocessors",
        "Safeguards",
        "Policy",
        "Publication",
        "Notice of changes",
        "Data processing agreements",
        "Settings",
        "Staff",
    ]
    assert [model["object_name"] for model in apps[2]["models"]] == ["PolicySection", "Question", "TranslationPin"]


def test_an_account_without_a_group_is_told_what_to_do(signed_in):
    page = signed_in("nobody").get("/admin/").content.decode()

    assert "Ask an administrator to add you to a group." in page


def test_each_group_is_shown_the_rooms_of_its_work(signed_in):
    def rooms(role):
        return [str(app["name"]) for app in signed_in(role).get("/admin/").context["app_list"]]

    registry = ["Subprocessors", "Safeguards", "Policy", "Publication"]
    # Whoever edits the registry sees the templates of agreements, which state facts of it.
    assert rooms("editor") == [*registry, "Data processing agreements", "Settings"]
    assert rooms("DPA officer") == [*registry, "Notice of changes", "Data processing agreements", "Settings"]
    assert rooms("publisher") == [
        *registry,
        "Notice of changes",
        "Data processing agreements",
        "Settings",
        "Staff",
    ]
    assert rooms("translator") == ["Policy"]
    assert rooms("nobody") == []


def test_a_model_without_a_room_stands_under_its_app(signed_in, monkeypatch):
    monkeypatch.setattr("registry.admin.site.GROUPS", [("Policy", ("Question", "NoSuchModel"))])

    apps = signed_in("auditor").get("/admin/").context["app_list"]

    models = {str(app["name"]): {model["object_name"] for model in app["models"]} for app in apps}
    assert list(models) == ["Policy", "Authentication and Authorization", "Registry"]
    assert "Question" not in models["Registry"]
    assert "Release" in models["Registry"]


def test_moments_are_told_in_the_zone_of_the_registrys_days(signed_in):
    ServiceProfile.objects.update(time_zone="Pacific/Kiritimati")
    request = submit()
    at = datetime(2024, 12, 13, 23, 30, tzinfo=UTC)
    DpaRequest.objects.update(received_at=at, since=at)
    DpaRequest.history.update(history_date=datetime(2024, 12, 13, 23, 30, tzinfo=UTC))
    client = signed_in("DPA officer")

    page = client.get(f"/admin/registry/dparequest/{request.pk}/change/").content.decode()
    listed = client.get("/admin/registry/dparequest/").content.decode()

    assert "14 December 2024" in listed
    assert "<dd>14 December 2024</dd>" in page
    assert "14 December 2024, 13:30" in page
