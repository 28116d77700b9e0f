"""What gateways tell us, by web call or by hook: SMS that came in, and what became of those that went out."""

from __future__ import annotations

from smsdialog.core.model import Receipt
from smsdialog.dialog import receipt, receive
from smsdialog.dialog.service import Service
from smsdialog.gateways import Event


def hear(service: Service, events: tuple[Event, ...]) -> None:
    """Keep what a gateway says; when this returns, it is committed. Writes."""
    service.store.check_schema()
    for event in events:
        if isinstance(event, Receipt):
            receipt.settle(service, event)
        else:
            receive.receive(service, event)
