# ruff: noqa: F401 - registered by being imported
from . import (
    agreement,
    announcement,
    dpa,
    language,
    objection,
    policy,
    profile,
    region,
    release,
    safeguard,
    staff,
    subprocessor,
    subscriber,
    template,
    translator,
    workbench,
)
