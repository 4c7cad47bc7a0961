"""A file that a visitor sends: held in memory up to its limit, never on disk; what is longer is read past."""

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from ..exchange.upload import LARGEST

# Of a whole request. A file that is too large is refused beside its field, with all that was typed; one beyond this
# before it is read.
LONGEST_BODY = 64 * 1024 * 1024


class InMemory(FileUploadHandler):
    """All files of a request together hold no more than LARGEST bytes; `too_large` tells of one that would not fit."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.held, self.too_large = 0, False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.buffer = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.held += len(raw_data)
        if self.held > LARGEST:
            self.too_large = True
            self.buffer = BytesIO()
            # The parser reads past the rest of this file, and takes the fields that come after it.
            raise SkipFile
        self.buffer.write(raw_data)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.buffer.seek(0)
        return InMemoryUploadedFile(
            self.buffer, self.field_name, self.file_name or "", self.content_type or "", file_size, self.charset
        )


def into_memory(request: HttpRequest) -> InMemory:
    """Have a request’s files read so. Before anything has asked for its fields."""
    handler = InMemory(request)
    request.upload_handlers = [handler]
    return handler
