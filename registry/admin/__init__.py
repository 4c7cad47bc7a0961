# Registered by being imported.
from . import dpa, language, policy, profile, region, release, safeguard, staff, subprocessor  # noqa: F401
