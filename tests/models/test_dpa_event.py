from registry.models import DpaEvent, DpaRequest
from tests.requests import submit


def test_every_state_of_a_request_is_an_event():
    assert set(DpaRequest.State.values) <= set(DpaEvent.Kind.values)


def test_an_event_calls_itself_by_numbers(db):
    request = submit()

    assert str(request.events.get()) == f"{request.pk} 1"
