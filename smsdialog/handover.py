"""The thin end of the pipe: the mail goes to the resident over its Unix socket, and its answer comes back.

    resident   220 smsdialog VERSION CONFIGURATION
    pipe       DELIVER WORDS ARGUMENTS MAIL, then so many octets of words (ended by NUL each; the first so many are
               arguments, the others NAME=VALUE of the environment) and so many of mail
    resident   EXIT-STATUS LINE

Whatever is amiss before the last octet is handed over is `NotTaken`: no resident, one of another version or
configuration, none that speaks in time. Then the pipe does the work itself. After it the resident may be at
work already, so a lost answer is `AnswerLost`: try again later, the ledger knows the mail.

This module is loaded for every mail: it imports what an interpreter without `site` has at hand, and nothing else, not
even `__future__`, nor `os`, which takes as long as all the rest. So the environment comes in octets.
"""

import _socket
import posix
import sys

from smsdialog import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SOCKET = "pipe.sock"
ENVIRONMENT = (b"SENDER", b"RECIPIENT", b"ORIGINAL_RECIPIENT", b"MESSAGE_ID", b"SASL_USERNAME", b"CLIENT_ADDRESS")
DEFAULT_CONFIG = "/etc/smsdialog/smsdialog.toml"
DEFAULT_STATE_DIR = "/var/lib/smsdialog"
# Larger ones are left to the pipe itself; the kernel's limit of a socket's path is 107 octets.
MOST_OCTETS = 64 * 1024 * 1024
LONGEST_PATH = 100
CONFIG_OCTETS = 65_536
CHUNK_OCTETS = 1 << 16
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


def main() -> int:
    """Hand over the mail on standard input and say what came back; returns the exit status.

    Raises NotTaken, AnswerLost, or OSError where the mail cannot be read.
    """
    status, line = hand_over(sys.argv[1:], posix.environ)
    if status:
        say(1, line)
    return status


def hand_over(arguments: "Sequence[str]", environment: "Mapping[bytes, bytes]") -> tuple[int, str]:
    """Hand over the mail on standard input: the exit status and the line."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        _connect(connection, config_of(arguments, environment))
        mail = _read()
        _send(connection, request(arguments, environment, mail), mail)
        return _answer(connection)
    finally:
        connection.close()


def say(output: int, line: str) -> None:
    """Write our one line, if anybody is there to read it."""
    try:
        posix.write(output, line.encode("ascii", "replace") + b"\n")
    except OSError:
        return


def config_of(arguments: "Sequence[str]", environment: "Mapping[bytes, bytes]") -> str:
    """The configuration file of a run, as `deliver.parse_arguments` and `config.config_path` have it."""
    words = iter(arguments)
    found = ""
    for word in words:
        if word == "--" or not word.startswith("--"):
            break
        name, has_value, value = word.partition("=")
        value = value if has_value else next(words, "")
        found = value if name == "--config" else found
    return found or _text(environment.get(b"SMSDIALOG_CONFIG", b"")) or DEFAULT_CONFIG


def state_dir(config: bytes) -> str:
    """`state_dir` of a configuration, which stands before its first table; not all of TOML is understood.

    A wrong guess finds no socket, or that of another installation, whose greeting says so.
    """
    for line in config.splitlines():
        if line.lstrip().startswith(b"["):
            break
        name, _, value = line.partition(b"=")
        value = value.strip()
        if name.strip() == b"state_dir" and value[:1] in (b'"', b"'"):
            return _text(value[1 : value.find(value[:1], 1)])
    return DEFAULT_STATE_DIR


def reachable(path: str) -> str:
    """A path of a socket that is short enough to connect to or to bind: if need be, by way of its open folder."""
    if len(_octets(path)) < LONGEST_PATH:
        return path
    folder, _, name = path.rpartition("/")
    return f"/proc/self/fd/{posix.open(folder, posix.O_PATH | posix.O_DIRECTORY)}/{name}"


def greeting(config: str) -> bytes:
    """What a resident of this version and configuration, by its real path, says first."""
    return _octets(f"220 smsdialog {__version__} {config}\r\n")


def request(arguments: "Sequence[str]", environment: "Mapping[bytes, bytes]", mail: bytes) -> bytes:
    """What stands before the mail."""
    told = [b"%s=%s" % (name, environment[name]) for name in ENVIRONMENT if name in environment]
    words = b"".join(word + b"\0" for word in (*map(_octets, arguments), *told))
    return b"DELIVER %d %d %d\r\n" % (len(words), len(arguments), len(mail)) + words


def _connect(connection: _socket.socket, path: str) -> None:
    try:
        config, text = _config(path)
        connection.settimeout(GREETING_SECONDS)
        connection.connect(reachable(f"{state_dir(text)}/{SOCKET}"))
        said = _line(connection)
    except OSError as error:
        raise NotTaken("no resident") from error
    if said != greeting(config):
        raise NotTaken("a resident of another version or configuration")


def _config(path: str) -> tuple[str, bytes]:
    """A configuration's real path, as the kernel has it, and its beginning."""
    file = posix.open(path, posix.O_RDONLY)
    try:
        return posix.readlink(f"/proc/self/fd/{file}"), posix.read(file, CONFIG_OCTETS)
    finally:
        posix.close(file)


def _read() -> bytes:
    """Standard input."""
    chunks, octets = [], 0
    while chunk := posix.read(0, CHUNK_OCTETS):
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


def _octets(text: str) -> bytes:
    """As `os.fsencode` has it."""
    return text.encode(sys.getfilesystemencoding(), "surrogateescape")


def _text(octets: bytes) -> str:
    """As `os.fsdecode` has it."""
    return octets.decode(sys.getfilesystemencoding(), "surrogateescape")
