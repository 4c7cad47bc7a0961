from .agreement import Agreement, AgreementFile, DpaDraft, Signature
from .attempt import Attempt
from .delivery import Announcement, Delivery
from .dpa import DpaNote, DpaRequest, DpaRequester, Erasure
from .dpa_event import DpaEvent
from .dpa_link import DpaLink
from .language import Language
from .objection import Objection, ObjectionNote, Objector
from .pin import INCOMPLETE, State, TranslationPin, Translator
from .policy import PolicySection, Question
from .profile import ServiceProfile, Unreviewed
from .region import Region
from .release import Publication, Release
from .safeguard import Safeguard, SafeguardSet
from .subprocessor import DataCategory, DataSubject, ProcessingLocation, Subprocessor, TransferMechanism
from .subscriber import Subscriber, SubscriberIdentity
from .template import DpaTemplate, DpaTemplatePublication, DpaTemplateVersion

__all__ = [
    "INCOMPLETE",
    "Agreement",
    "AgreementFile",
    "Announcement",
    "Attempt",
    "DataCategory",
    "DataSubject",
    "Delivery",
    "DpaDraft",
    "DpaEvent",
    "DpaLink",
    "DpaNote",
    "DpaRequest",
    "DpaRequester",
    "DpaTemplate",
    "DpaTemplatePublication",
    "DpaTemplateVersion",
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
    "Signature",
    "State",
    "Subprocessor",
    "Subscriber",
    "SubscriberIdentity",
    "TransferMechanism",
    "TranslationPin",
    "Translator",
    "Unreviewed",
]
