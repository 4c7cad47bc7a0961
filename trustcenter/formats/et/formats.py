"""Django's Estonian has no form for a moment, and falls back on American English."""

DATETIME_FORMAT = "j. F Y, H:i"
