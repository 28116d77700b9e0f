"""Addresses become listening sockets.

A Unix socket gets mode 0660 and, in a folder that a group shares (setgid), that group: who may hand us mails and be
believed is decided by the file system. The pipe's own lies in the state folder and is for its owner, or that group.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Mapping

from smsdialog import handover
from smsdialog.config import Config
from smsdialog.errors import ConfigError

PIPE, LMTP, POLICY, HTTP = NAMES = ("pipe", "lmtp", "policy", "http")
BACKLOG = 512


def addresses(config: Config) -> dict[str, str]:
    """Where a configuration wants us to listen, by name."""
    wanted = {
        PIPE: f"{config.state_dir}/{handover.SOCKET}",
        LMTP: config.serve.lmtp,
        POLICY: config.serve.policy,
        HTTP: config.serve.http,
    }
    return {name: address for name, address in wanted.items() if address}


class Sockets:
    """The sockets we listen on: those that systemd handed over, which stay, and our own."""

    def __init__(self, handed_over: Mapping[str, socket.socket]) -> None:
        self._handed_over = {name: one for name, one in handed_over.items() if name in NAMES}
        self._own: dict[str, tuple[str, socket.socket]] = {}

    def open(self, config: Config) -> dict[str, socket.socket]:
        """The sockets of a configuration, by name; those that it no longer wants are closed. Raises ConfigError."""
        wanted = {name: at for name, at in addresses(config).items() if name not in self._handed_over}
        fresh = {name: at for name, at in wanted.items() if self._own.get(name, ("",))[0] != at}
        opened = {name: (at, _listening(name, at)) for name, at in fresh.items()}
        for name in [name for name in self._own if name in opened or name not in wanted]:
            self._close(name)
        self._own |= opened
        return self._handed_over | {name: one for name, (_, one) in self._own.items()}

    def close(self) -> None:
        """Close all, and remove the files that are ours."""
        for one in self._handed_over.values():
            one.close()
        for name in list(self._own):
            self._close(name)

    def _close(self, name: str) -> None:
        address, one = self._own.pop(name)
        one.close()
        if address.startswith("/"):
            with contextlib.suppress(OSError):
                os.unlink(address)


def _listening(name: str, address: str) -> socket.socket:
    try:
        one = _unix(address) if address.startswith("/") else _loopback(address)
        one.listen(BACKLOG)
    except OSError as error:
        raise ConfigError(f"cannot listen on '{address}' ({name}): {error.strerror or error}") from error
    one.setblocking(False)
    return one


def _loopback(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    one = socket.socket(socket.AF_INET6 if host.startswith("[") else socket.AF_INET)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind((host.strip("[]"), int(port)))
    return one


def _unix(address: str) -> socket.socket:
    path = handover.reachable(address)
    _remove_remains(path, address)
    one = socket.socket(socket.AF_UNIX)
    before = os.umask(0o777)
    try:
        one.bind(path)
    finally:
        os.umask(before)
    folder = os.stat(os.path.dirname(address))
    if os.geteuid() == 0:
        os.chown(path, folder.st_uid, folder.st_gid)
    shared = folder.st_mode & stat.S_ISGID or os.path.basename(address) != handover.SOCKET
    os.chmod(path, 0o660 if shared else 0o600)
    return one


def _remove_remains(path: str, address: str) -> None:
    """Remove what a resident left that was killed; one that lives keeps its socket. Raises OSError."""
    with contextlib.suppress(FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            os.unlink(path)
            return
        raise OSError(f"{address} is in use by another process")
