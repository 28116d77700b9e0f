"""What we tell systemd, and what it hands us: sd_notify(3), and sockets by sd_listen_fds(3).

Started by anybody else, all of it does nothing.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time

FIRST_DESCRIPTOR = 3


def notify(**fields: object) -> None:
    """Tell systemd these fields, such as READY=1; never raises, as nobody may be listening."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    message = "\n".join(f"{name}={value}" for name, value in fields.items())
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(message.encode(), "\0" + address[1:] if address[0] == "@" else address)


def ready() -> None:
    """We are at work."""
    notify(READY=1)


def reloading() -> None:
    """We read the configuration anew, until `ready`."""
    notify(RELOADING=1, MONOTONIC_USEC=time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)


def stopping() -> None:
    """We finish what we have in hand."""
    notify(STOPPING=1)


def alive() -> None:
    """We are still there; wanted at least every WatchdogSec."""
    notify(WATCHDOG=1)


def handed_over() -> dict[str, socket.socket]:
    """The listening sockets that systemd opened for us, by FileDescriptorName; to be asked once."""
    count, pid = os.environ.pop("LISTEN_FDS", ""), os.environ.pop("LISTEN_PID", "")
    names = os.environ.pop("LISTEN_FDNAMES", "").split(":")
    if not count.isdigit() or pid != str(os.getpid()):
        return {}
    descriptors = range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + int(count))
    return {name: socket.socket(fileno=descriptor) for name, descriptor in zip(names, descriptors, strict=False)}
