from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """A browser of somebody in a group: "editor", "publisher", "DPA officer", "auditor", "nobody" or "superuser"."""

    def sign_in(role: str, username: str = "") -> Client:
        user = User.objects.create_user(username or role.replace(" ", "-"), password="a password", is_staff=True)
        if role == "superuser":
            user.is_superuser = True
            user.save()
        elif role != "nobody":
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return sign_in
