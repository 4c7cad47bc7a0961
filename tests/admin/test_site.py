def test_the_rooms_stand_in_the_order_of_the_work(signed_in):
    apps = signed_in("superuser").get("/admin/").context["app_list"]

    assert [str(app["name"]) for app in apps][:7] == [
        "Subprocessors",
        "Safeguards",
        "Policy",
        "Publication",
        "Data processing agreements",
        "Settings",
        "Staff",
    ]
    assert [model["object_name"] for model in apps[2]["models"]] == ["PolicySection", "Question"]


def test_an_account_without_a_group_is_told_what_to_do(signed_in):
    page = signed_in("nobody").get("/admin/").content.decode()

    assert "Ask an administrator to add you to a group." in page


def test_each_group_is_shown_the_rooms_of_its_work(signed_in):
    def rooms(role):
        return [str(app["name"]) for app in signed_in(role).get("/admin/").context["app_list"]]

    registry = ["Subprocessors", "Safeguards", "Policy", "Publication"]
    assert rooms("editor") == [*registry, "Settings"]
    assert rooms("DPA officer") == [*registry, "Data processing agreements", "Settings"]
    assert rooms("nobody") == []


def test_a_model_without_a_room_stands_under_its_app(signed_in, monkeypatch):
    monkeypatch.setattr("registry.admin.site.GROUPS", [("Policy", ("Question", "NoSuchModel"))])

    apps = signed_in("auditor").get("/admin/").context["app_list"]

    assert [str(app["name"]) for app in apps] == ["Policy", "Registry"]
    assert "Question" not in [model["object_name"] for model in apps[1]["models"]]
    assert "Release" in [model["object_name"] for model in apps[1]["models"]]
