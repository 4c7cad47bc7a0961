"""Which browser the journeys use."""

import shutil


def chromium_path() -> str | None:
    """The system's Chromium; None lets Playwright use its own."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
