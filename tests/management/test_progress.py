from io import StringIO

from django.core.management.base import OutputWrapper

from registry.management.progress import told


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_one_line_that_is_gone_in_the_end() -> None:
    stream = Terminal()

    assert list(told(["da", "lv"], OutputWrapper(stream))) == ["da", "lv"]
    assert stream.getvalue() == "\r\x1b[K1/2 da\r\x1b[K2/2 lv\r\x1b[K"


def test_a_pipe_shows_nothing() -> None:
    stream = StringIO()

    assert list(told(["da", "lv"], OutputWrapper(stream))) == ["da", "lv"]
    assert stream.getvalue() == ""


def test_nothing_to_do_shows_nothing() -> None:
    stream = Terminal()

    assert list(told([], OutputWrapper(stream))) == []
    assert stream.getvalue() == ""
