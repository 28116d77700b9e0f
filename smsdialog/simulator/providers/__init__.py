"""The providers, one module each; a new one needs its module and a line here."""

from __future__ import annotations

from importlib.util import find_spec

from smsdialog.simulator.provider import Portal, Provider
from smsdialog.simulator.providers.clicksend import ClickSend
from smsdialog.simulator.providers.cpsms import Cpsms
from smsdialog.simulator.providers.elks import Elks
from smsdialog.simulator.providers.gatewayapi import GatewayApi
from smsdialog.simulator.providers.gatewayapi_rest import GatewayApiRest
from smsdialog.simulator.providers.infobip import Infobip
from smsdialog.simulator.providers.inmobile import InMobile
from smsdialog.simulator.providers.jasmin import Jasmin
from smsdialog.simulator.providers.kannel import Kannel
from smsdialog.simulator.providers.link import Link
from smsdialog.simulator.providers.messagebird import MessageBird
from smsdialog.simulator.providers.playsms import PlaySms
from smsdialog.simulator.providers.plivo import Plivo
from smsdialog.simulator.providers.sinch import Sinch
from smsdialog.simulator.providers.smsdk import SmsDk
from smsdialog.simulator.providers.smsgate import SmsGate
from smsdialog.simulator.providers.telnyx import Telnyx
from smsdialog.simulator.providers.twilio import Twilio
from smsdialog.simulator.providers.vonage import Vonage

_BUILT_IN: tuple[type[Provider], ...] = (
    GatewayApi,
    GatewayApiRest,
    Cpsms,
    Link,
    Twilio,
    Elks,
    Vonage,
    SmsGate,
    Kannel,
    Jasmin,
    InMobile,
    SmsDk,
    Sinch,
    Telnyx,
    Infobip,
    MessageBird,
    Plivo,
    ClickSend,
    PlaySms,
)


def built_in(portal: Portal) -> dict[str, Provider]:
    """Every provider by its name; without Telnyx, where the package that it signs with is not installed."""
    missing = () if find_spec("cryptography") else (Telnyx,)
    return {kind.name: kind(portal) for kind in _BUILT_IN if kind not in missing}
