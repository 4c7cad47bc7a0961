from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from registry.exchange.upload import LARGEST
from registry.public.uploads import InMemory, into_memory


def sent(*files, **fields):
    """A request with files, and fields that come after them."""
    named = {f"file{number}": SimpleUploadedFile("a.pdf", content) for number, content in enumerate(files)}
    return RequestFactory().post("/", {**named, **fields})


def test_a_file_is_held_in_memory_up_to_the_limit(tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request = sent(b"x" * LARGEST, name="Ödön")
    handler = into_memory(request)

    assert request.FILES["file0"].read() == b"x" * LARGEST
    assert (request.FILES["file0"].name, request.FILES["file0"].size) == ("a.pdf", LARGEST)
    assert type(request.FILES["file0"].file) is BytesIO
    assert (handler.too_large, request.POST["name"]) == (False, "Ödön")
    assert list(tmp_path.iterdir()) == []


def test_one_that_is_larger_is_read_past_and_the_fields_after_it_are_kept():
    request = sent(b"x" * (LARGEST + 1), name="Ödön")
    handler = into_memory(request)

    assert (request.POST["name"], list(request.FILES)) == ("Ödön", [])
    assert (handler.too_large, handler.buffer.getvalue()) == (True, b"")


def test_several_files_share_the_limit():
    request = sent(b"x" * (LARGEST // 2), b"y" * (LARGEST // 2 + 1))
    handler = into_memory(request)

    assert list(request.FILES) == ["file0"]
    assert handler.too_large


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7"])
def test_a_small_file_is_whole(content):
    request = sent(content)
    handler = into_memory(request)

    assert request.FILES["file0"].read() == content
    assert isinstance(handler, InMemory)
    assert not handler.too_large
