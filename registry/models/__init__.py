from .attempt import Attempt
from .delivery import Delivery
from .dpa import DpaNote, DpaRequest, DpaRequester, Erasure
from .language import Language
from .pin import INCOMPLETE, State, TranslationPin, Translator
from .policy import PolicySection, Question
from .profile import ServiceProfile
from .region import Region
from .release import Publication, Release
from .safeguard import Safeguard, SafeguardSet
from .subprocessor import DataCategory, DataSubject, ProcessingLocation, Subprocessor, TransferMechanism

__all__ = [
    "INCOMPLETE",
    "Attempt",
    "DataCategory",
    "DataSubject",
    "Delivery",
    "DpaNote",
    "DpaRequest",
    "DpaRequester",
    "Erasure",
    "Language",
    "PolicySection",
    "ProcessingLocation",
    "Publication",
    "Question",
    "Region",
    "Release",
    "Safeguard",
    "SafeguardSet",
    "ServiceProfile",
    "State",
    "Subprocessor",
    "TransferMechanism",
    "TranslationPin",
    "Translator",
]
