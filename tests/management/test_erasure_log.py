import io

from django.core.management import call_command

from registry.actions import dpa
from registry.models import Erasure
from tests.requests import PERSON, submit


def test_the_log_is_a_line_for_each_erasure_the_oldest_first_and_names_nobody(db: None) -> None:
    first, second = submit(), submit(company="Else AG")
    for request in (second, first):
        dpa.erase(request, ground="mistake" if request == first else "request")
    out = io.StringIO()

    call_command("erasure_log", stdout=out)

    times = dict(Erasure.objects.values_list("reference", "erased_at"))
    assert out.getvalue() == "".join(
        f"{request.reference}\t{times[request.reference].isoformat()}\t{ground}\n"
        for request, ground in ((second, "request"), (first, "mistake"))
    )
    assert not [value for value in PERSON.values() if value in out.getvalue()]
