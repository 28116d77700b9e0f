"""A command in the product's place that writes down how it was called, and ends as it is told."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.daemons import wait_for

SCRIPT = """\
#!/usr/bin/python3 -IS
import json, os, sys, time
stdin = sys.stdin.buffer.read().decode("latin-1")
call = {{"argv": sys.argv[1:], "stdin": stdin, "environment": dict(os.environ)}}
name = "{base}/calls/%d-%d" % (time.monotonic_ns(), os.getpid())
with open(name + ".new", "w") as file:
    json.dump(call, file)
os.rename(name + ".new", name + ".json")
reply = json.load(open("{base}/reply"))
if reply["to"] not in (None, sys.argv[-1]):
    sys.exit(0)
time.sleep(reply["takes"])
print(reply["says"], end="", flush=True)
if reply["status"] < 0:
    os.kill(os.getpid(), -reply["status"])
sys.exit(reply["status"])
"""


@dataclass(frozen=True)
class Call:
    """One run: its arguments, its standard input and its environment."""

    argv: list[str]
    stdin: bytes
    environment: dict[str, str]

    @property
    def options(self) -> dict[str, str]:
        """The words before `--`, in pairs."""
        words = self.argv[: self.argv.index("--")]
        return dict(zip(words[::2], words[1::2], strict=True))

    @property
    def recipients(self) -> list[str]:
        """The words after `--`."""
        return self.argv[self.argv.index("--") + 1 :]


class Recorder:
    """The command, and what it has seen."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.script = base / "record"
        self.script.write_text(SCRIPT.format(base=base))
        self.script.chmod(0o755)
        self.answers(0)

    def answers(self, status: int, says: str = "", takes: float = 0.0, to: str | None = None) -> None:
        """From now on it prints `says` and ends with `status`: below 0, by that signal.

        It takes so many seconds for that. With `to`, this is for runs whose last argument that is; others end with 0.
        """
        new = self.base / "reply.new"
        new.write_text(json.dumps({"status": status, "says": says, "takes": takes, "to": to}))
        new.chmod(0o644)
        new.rename(self.base / "reply")

    def calls(self, count: int, timeout: float = 10.0) -> list[Call]:
        """Exactly `count` calls, in their order; a moment is left for one too many to show itself."""
        wait_for(lambda: len(self._files()) >= count, f"{count} calls", timeout)
        time.sleep(0.1)
        calls = [self._read(path) for path in self._files()]
        assert len(calls) == count, calls
        return calls

    def forget(self) -> None:
        """Begin anew."""
        self.answers(0)
        for path in self._files():
            path.unlink()

    def _files(self) -> list[Path]:
        return sorted((self.base / "calls").glob("*.json"))

    def _read(self, path: Path) -> Call:
        call = json.loads(path.read_text())
        return Call(call["argv"], call["stdin"].encode("latin-1"), call["environment"])
