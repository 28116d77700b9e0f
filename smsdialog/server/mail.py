"""A process that takes mails, over LMTP and from the pipe, and calls over HTTP; as many of these run as `serve.workers`
says. Connections are strands of one thread; another one beats, and sees to the end."""

from __future__ import annotations

import contextlib
import gc
import select
import signal
import socket
import threading
import time
from collections.abc import Mapping, Sequence

from smsdialog.config import Config
from smsdialog.dialog.service import open_service
from smsdialog.server import door, lmtp, pipe
from smsdialog.server.child import BEAT_SECONDS, Heart
from smsdialog.server.clerk import Clerk
from smsdialog.server.connections import Connections
from smsdialog.server.desk import Desk
from smsdialog.server.hub import Hub
from smsdialog.server.sockets import HTTP, LMTP, PIPE
from smsdialog.server.web import Web

POLL_SECONDS = 0.05
# Objects made before Python looks for those that hold each other: a mail makes thousands, and leaves few of that kind.
GARBAGE = 10_000
# How long the last answers may take on their way when all mails are done.
ANSWER_SECONDS = 2.0
# How long a round may go on: what it has not come to yet still waits.
ROUND_SECONDS = 60.0


def run(
    config: Config, sockets: Mapping[str, socket.socket], heart: Heart, *, clerk: type[Clerk] | None = None
) -> None:
    """Take mails until told to finish, or until worn; what is in hand then is finished first."""
    told = _told()
    gc.set_threshold(GARBAGE)
    service = open_service(config)
    desk = Desk(service, threads=config.serve.threads, queue=config.serve.queue)
    pipes = pipe.PipeServer(config, desk)
    hub = Hub()
    doors = [Connections(hub, sockets[PIPE], pipes.serve, most=pipe.MOST_CONNECTIONS)]
    if LMTP in sockets:
        mtas = lmtp.LmtpServer(desk, door.impatient(service), config.mail.max_bytes)
        doors.append(Connections(hub, sockets[LMTP], mtas.serve, most=lmtp.MOST_CONNECTIONS))
    web = Web(service, sockets[HTTP]) if HTTP in sockets else None
    rounds = clerk(service, config.serve.flush_seconds) if clerk else None
    if rounds:
        rounds.start()
    hub.start()
    _beat(heart, desk)
    while (
        hub.is_alive and not desk.worn and not select.select([told.fileno(), heart.supervisor], [], [], BEAT_SECONDS)[0]
    ):
        _beat(heart, desk)
    if hub.is_alive:
        _finish(heart, desk, doors, web, rounds)


def _told() -> socket.socket:
    """What there is something to read from once SIGTERM has come."""
    told, telling = socket.socketpair()
    signal.signal(signal.SIGTERM, lambda *_: telling.send(b"."))
    return told


def _beat(heart: Heart, desk: Desk) -> None:
    with contextlib.suppress(OSError):
        heart.beat()
    desk.look()


def _finish(heart: Heart, desk: Desk, doors: Sequence[Connections], web: Web | None, rounds: Clerk | None) -> None:
    """Take no more mails and calls, and wait for those in hand and their answers."""
    calls = threading.Thread(target=web.finish, daemon=True) if web else None
    if calls:
        calls.start()
    if rounds:
        rounds.end()
    for one in doors:
        one.close()
    desk.close()
    until = time.monotonic() + ROUND_SECONDS
    while desk.in_hand or (calls and calls.is_alive()) or (rounds and rounds.is_alive() and time.monotonic() < until):
        _beat(heart, desk)
        time.sleep(POLL_SECONDS)
    for one in doors:
        one.hang_up()
    until = time.monotonic() + ANSWER_SECONDS
    while any(map(len, doors)) and time.monotonic() < until:
        time.sleep(POLL_SECONDS)
