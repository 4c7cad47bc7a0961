"""What the log keeps of an address: whoever reads the log opens no link with it."""

import logging
import re

# The links of mails: their last part is the key to a person's page.
_KEY = re.compile(r"(/(?:dpa|object|subscribe)/(?:verify|status|confirm|preferences|unsubscribe|erase)/)[^/\s]+")


class WithoutKeys(logging.Filter):
    """Django names the address of each request that it answers with 5xx."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if _KEY.search(said):
            record.msg, record.args = _KEY.sub(r"\1…", said), ()
        return True
