from .attempt import Attempt
from .delivery import Announcement, Delivery
from .dpa import DpaNote, DpaRequest, DpaRequester, Erasure
from .language import Language
from .objection import Objection, ObjectionNote, Objector
from .pin import INCOMPLETE, State, TranslationPin, Translator
from .policy import PolicySection, Question
from .profile import ServiceProfile
from .region import Region
from .release import Publication, Release
from .safeguard import Safeguard, SafeguardSet
from .subprocessor import DataCategory, DataSubject, ProcessingLocation, Subprocessor, TransferMechanism
from .subscriber import Subscriber, SubscriberIdentity

__all__ = [
    "INCOMPLETE",
    "Announcement",
    "Attempt",
    "DataCategory",
    "DataSubject",
    "Delivery",
    "DpaNote",
    "DpaRequest",
    "DpaRequester",
    "Erasure",
    "Language",
    "Objection",
    "ObjectionNote",
    "Objector",
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
    "Subscriber",
    "SubscriberIdentity",
    "TransferMechanism",
    "TranslationPin",
    "Translator",
]
