"""What the matrix of translations costs: 27 languages over 300 passages, in queries and in processor time."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .bench_pages import ROOT, _prepare

PASSAGES = 300
ROUNDS = 7
ADDRESS = "/admin/registry/translationpin/"


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="trustcenter-bench-") as folder:
        environment = _prepare(Path(folder))
        subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, env=environment, check=True)


def measure() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustcenter.settings")
    import django

    django.setup()
    from django.contrib.auth.models import Group, User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    fill()
    user = User.objects.create_user("bench", is_staff=True)
    user.groups.add(Group.objects.get(name="editor"))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    client.get(ADDRESS)
    seconds = []
    for _round in range(ROUNDS):
        with CaptureQueriesContext(connection) as asked:
            before = time.process_time()
            response = client.get(ADDRESS)
            seconds.append(time.process_time() - before)
        assert response.status_code == 200
    links = response.content.decode().count('data-state="')
    print(
        f"  {PASSAGES} passages in 27 languages, a table of {links:,} cells:"
        f" {len(asked)} queries   (aim: 10 or fewer), {statistics.median(seconds):.2f} s of processor time"
    )


def fill(passages: int = PASSAGES) -> Any:
    """Let the draft have so many passages, each translated into each of the other 27 languages but the last passage."""
    from django.conf import settings

    from registry.actions.publishing import draft
    from registry.models import Language, PolicySection
    from registry.pinning import Wording, settle
    from registry.translation import set_prose

    codes = [code for code, _name in settings.LANGUAGES]
    Language.objects.bulk_create([Language(code=code, worked_on=True) for code in codes], ignore_conflicts=True)
    missing = passages - sum("en" in texts for _noun, _field, texts in draft().passages())
    sections = [PolicySection(key=f"bench-{i}", position=2000 + i, version=1) for i in range((missing + 1) // 2)]
    for i, section in enumerate(sections):
        set_prose(section, "heading", dict.fromkeys(codes, f"Heading {i}"))
        if 2 * i + 2 <= missing:
            set_prose(section, "body", dict.fromkeys(codes, f"The text of section {i}. " * 20))
    PolicySection.objects.bulk_create(sections)
    wordings = []
    for noun, field, texts in draft().passages():
        if "en" in texts:
            set_prose(noun, field, {code: texts["en"] for code in codes if code not in texts})
            now = {code: texts.get(code, texts["en"]) for code in codes if code != "en"}
            wordings += [Wording(noun, field, code, text, texts["en"]) for code, text in now.items()]
            type(noun)._default_manager.filter(pk=noun.pk).update(
                **{f"{field}_{code.replace('-', '_')}": text for code, text in now.items()}
            )
    settle(wordings[:-1])
    return wordings[-1]


if __name__ == "__main__":
    measure()
