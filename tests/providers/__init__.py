"""Image providers on loopback: LiteLLM's own code talks to them, and tests script what they answer."""

from .faults import Closed, Delay, Drip, Expired, Hang, Redirect, Reset, Timeout, Truncated
from .pictures import picture
from .recorded import Part, Recorded
from .replies import (
    BadPayload,
    BrokenJson,
    DisallowParameter,
    EmptyData,
    ErrorInOk,
    Gone,
    Html,
    Json,
    NoPicture,
    PartialRefusal,
    Pictures,
    Raw,
    Refusal,
    Reply,
    Status,
    retry_date,
)
from .server import ProviderServer
from .streams import BreakOff, Events, InPieces, Stall

__all__ = [
    "BadPayload",
    "BreakOff",
    "BrokenJson",
    "Closed",
    "Delay",
    "DisallowParameter",
    "Drip",
    "EmptyData",
    "ErrorInOk",
    "Events",
    "Expired",
    "Gone",
    "Hang",
    "Html",
    "InPieces",
    "Json",
    "NoPicture",
    "Part",
    "PartialRefusal",
    "Pictures",
    "ProviderServer",
    "Raw",
    "Recorded",
    "Redirect",
    "Refusal",
    "Reply",
    "Reset",
    "Stall",
    "Status",
    "Timeout",
    "Truncated",
    "picture",
    "retry_date",
]
