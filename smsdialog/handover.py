"""The thin end of the pipe: the mail goes to the resident over its Unix socket, and its answer comes back.

    resident   220 smsdialog VERSION CONFIGURATION
    pipe       DELIVER WORDS ARGUMENTS MAIL, then so many octets of words (ended by NUL each; the first so many are
               arguments, the others NAME=VALUE of the environment) and so many of mail
    resident   EXIT-STATUS LINE

Whatever is amiss before the last octet is handed over is `NotTaken`: no resident, one of another version or
configuration, none that speaks in time. Then the pipe does the work itself. After it the resident may be at
work already, so a lost answer is `AnswerLost`: try again later, the ledger knows the mail.

This module is loaded for every mail: it imports what an interpreter without `site` has at hand, and nothing else, not
even `__future__`.
"""

import _socket
import os

from smsdialog import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOCKET = "pipe.sock"
ENVIRONMENT = ("SENDER", "RECIPIENT", "ORIGINAL_RECIPIENT", "MESSAGE_ID", "SASL_USERNAME", "CLIENT_ADDRESS")
DEFAULT_CONFIG = "/etc/smsdialog/smsdialog.toml"
DEFAULT_STATE_DIR = "/var/lib/smsdialog"
# Larger ones are left to the pipe itself; the kernel's limit of a socket's path is 107 octets.
MOST_OCTETS = 64 * 1024 * 1024
LONGEST_PATH = 100
CHUNK_OCTETS = 1 << 20
# A resident that lives greets at once. It answers within its own 67 s, or 30 s later where the database is locked.
GREETING_SECONDS = 5.0
SENDING_SECONDS = 20.0
ANSWER_SECONDS = 70.0
LONGEST_LINE = 4096


class NotTaken(Exception):
    """Nothing was handed over; `begun` is what was read of the mail."""

    def __init__(self, why: str, begun: bytes = b"") -> None:
        super().__init__(why)
        self.begun = begun


class AnswerLost(Exception):
    """The mail was handed over, and nobody said what became of it."""

    status_code = "4.3.2"
    public_line = "no answer from the resident, please try again later"


def hand_over(arguments: "Sequence[str]", environment: "Mapping[str, str]") -> tuple[int, str]:
    """Hand over the mail on standard input: the exit status and the line. Raises NotTaken or AnswerLost."""
    config = os.path.realpath(config_of(arguments, environment))
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        _connect(connection, config)
        mail = _read()
        _send(connection, request(arguments, environment, mail), mail)
        return _answer(connection)
    finally:
        connection.close()


def config_of(arguments: "Sequence[str]", environment: "Mapping[str, str]") -> str:
    """The configuration file of a run, as `deliver.parse_arguments` and `config.config_path` have it."""
    words = iter(arguments)
    found = ""
    for word in words:
        if word == "--" or not word.startswith("--"):
            break
        name, has_value, value = word.partition("=")
        value = value if has_value else next(words, "")
        found = value if name == "--config" else found
    return found or environment.get("SMSDIALOG_CONFIG") or DEFAULT_CONFIG


def state_dir(config: str) -> str:
    """`state_dir` of a configuration, which stands before its first table; not all of TOML is understood.

    A wrong guess finds no socket, or that of another installation, whose greeting says so.
    """
    file = os.open(config, os.O_RDONLY)
    try:
        text = os.read(file, 65_536)
    finally:
        os.close(file)
    for line in text.splitlines():
        if line.lstrip().startswith(b"["):
            break
        name, _, value = line.partition(b"=")
        value = value.strip()
        if name.strip() == b"state_dir" and value[:1] in (b'"', b"'"):
            return os.fsdecode(value[1 : value.find(value[:1], 1)])
    return DEFAULT_STATE_DIR


def reachable(path: str) -> str:
    """A path of a socket that is short enough to connect to or to bind: if need be, by way of its open folder."""
    if len(path) < LONGEST_PATH:
        return path
    folder, _, name = path.rpartition("/")
    return f"/proc/self/fd/{os.open(folder, os.O_PATH | os.O_DIRECTORY)}/{name}"


def greeting(config: str) -> bytes:
    """What a resident of this version and configuration says first."""
    return b"220 smsdialog " + os.fsencode(f"{__version__} {config}") + b"\r\n"


def request(arguments: "Sequence[str]", environment: "Mapping[str, str]", mail: bytes) -> bytes:
    """What stands before the mail."""
    told = [f"{name}={environment[name]}" for name in ENVIRONMENT if name in environment]
    words = b"".join(os.fsencode(word) + b"\0" for word in (*arguments, *told))
    return b"DELIVER %d %d %d\r\n" % (len(words), len(arguments), len(mail)) + words


def _connect(connection: _socket.socket, config: str) -> None:
    try:
        connection.settimeout(GREETING_SECONDS)
        connection.connect(reachable(state_dir(config) + "/" + SOCKET))
        said = _line(connection)
    except OSError as error:
        raise NotTaken("no resident") from error
    if said != greeting(config):
        raise NotTaken("a resident of another version or configuration")


def _read() -> bytes:
    """Standard input."""
    chunks, octets = [], 0
    while chunk := os.read(0, CHUNK_OCTETS):
        chunks.append(chunk)
        octets += len(chunk)
        if octets > MOST_OCTETS:
            raise NotTaken("too large", b"".join(chunks))
    return b"".join(chunks)


def _send(connection: _socket.socket, head: bytes, mail: bytes) -> None:
    try:
        connection.settimeout(SENDING_SECONDS)
        connection.sendall(head + mail if len(mail) < CHUNK_OCTETS else head)
        if len(mail) >= CHUNK_OCTETS:
            connection.sendall(mail)
    except OSError as error:  # what is incomplete the resident throws away
        raise NotTaken("the resident has gone", mail) from error


def _answer(connection: _socket.socket) -> tuple[int, str]:
    try:
        connection.settimeout(ANSWER_SECONDS)
        status, _, line = _line(connection).decode("ascii", "replace").rstrip().partition(" ")
        return int(status), line
    except (OSError, ValueError) as error:
        raise AnswerLost("no answer from the resident") from error


def _line(connection: _socket.socket) -> bytes:
    said = b""
    while not said.endswith(b"\n") and len(said) < LONGEST_LINE:
        more = connection.recv(LONGEST_LINE)
        if not more:
            break
        said += more
    return said
