# Registered by being imported.
from . import dpa  # noqa: F401
