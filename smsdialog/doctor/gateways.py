"""The providers: does each answer, and does it know us?"""

from __future__ import annotations

from smsdialog.doctor.configuration import LOCAL_TYPES
from smsdialog.doctor.finding import Findings, Unchecked, error, warning
from smsdialog.doctor.place import Place

UNREACHABLE = error("gateway-unreachable", "No SMS can be sent by it; they wait, or go by other gateways.")
REFUSED = error("gateway-refused", "It takes no SMS from us; they wait, or go by other gateways.")
STRANGE = warning("gateway-strange-answer", "It is there, but what it says makes no sense; SMS may not be taken.")

_REFUSALS = (401, 403, 407)
# Kannel says 400 to an SMS for nobody from somebody whom it knows.
_WELL = (200, 201, 202, 204, 400)


def check(place: Place) -> Findings:
    """Ask each for what is left on our account; nothing is sent."""
    for name, probe in place.probes.items():
        kind = place.config.gateways[name].type
        if probe.trouble:
            mend = f"{place.edit(name)}  # or start it, if it is your own"
            yield UNREACHABLE.found(f"gateway '{name}': {probe.trouble}", mend)
        elif probe.status in _REFUSALS:
            yield REFUSED.found(f"gateway '{name}' refuses our credentials ({probe.status})", place.edit(name))
        elif probe.status and probe.status not in _WELL:
            yield STRANGE.found(f"gateway '{name}' answers {probe.status} when asked what is left", place.edit(name))
        elif not probe.status and kind not in LOCAL_TYPES:
            yield Unchecked(f"gateway '{name}'", f"type '{kind}' has no question that costs nothing")
