import pytest
from django.utils import timezone

from registry.actions import dpa_moves
from registry.actions.cases import CannotMove, Overtaken
from registry.models import DpaRequest
from tests.requests import submit


@pytest.mark.parametrize("state", DpaRequest.State)
@pytest.mark.parametrize("to", DpaRequest.State)
def test_a_request_enters_exactly_the_states_of_the_table(db, state, to):
    request = submit()
    DpaRequest.objects.update(state=state, ended_at=timezone.now() if state in DpaRequest.ENDED else None)
    seen = DpaRequest.objects.get()

    if to not in DpaRequest.MOVES[state]:
        with pytest.raises(CannotMove, match="cannot be moved to that state"):
            dpa_moves.entered(dpa_moves.locked(seen), to)
        assert (DpaRequest.objects.get().state, request.events.count()) == (state, 1)
        return

    moved = dpa_moves.entered(dpa_moves.locked(seen), to)

    assert (moved.state, moved.since > seen.since) == (to, True)
    assert (moved.ended_at is not None) == (to in DpaRequest.ENDED)
    assert list(request.events.values_list("kind", flat=True)) == ["received", to]


def test_what_was_moved_and_moved_back_meanwhile_is_not_as_it_was_seen(db):
    seen = submit()
    DpaRequest.objects.update(since=timezone.now())

    with pytest.raises(Overtaken):
        dpa_moves.locked(seen)


def test_a_mail_for_one_event_is_queued_once(db):
    request = submit()

    for _again in range(2):
        dpa_moves.queue(request, "dpa-ended", event="2")

    assert request.deliveries.filter(kind="dpa-ended").count() == 1
