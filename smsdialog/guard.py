"""The guard around the pipe: whatever happens to a mail, the exit status is 0, 67, 75 or 77, and one line at most.

`bin/smsdialog-deliver` comes here, without `site`, with a mail that the resident has not taken, or not answered. The
former is done here, with `site` and the whole package; anything else is an error.
"""

import gc
import os
import sys

from smsdialog import handover

TEMPORARY = 75


def main(reason: BaseException) -> int:
    """Answer the MTA for a mail that the resident did not, for this reason; returns the exit status."""
    answer = _own_output()
    try:
        _silence()
        _add_site()
        status, line = _run(reason)
    except BaseException as error:
        status, line = TEMPORARY, _line_for(error)
        _record(error)
    if status:
        handover.say(answer, line)
    return status


def _own_output() -> int:
    """Where our one line goes; -1, which takes nothing, when standard output is closed."""
    try:
        return os.dup(1)
    except OSError:
        return -1


def _silence() -> None:
    """A library's warning must not become the reason of a bounce."""
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 1)
    os.dup2(devnull, 2)


def _add_site() -> None:
    """Everything else that is installed."""
    if "site" not in sys.modules:
        import site

        site.main()


def _run(reason: BaseException) -> tuple[int, str]:
    """The exit status and the line that our own work on the mail comes to, which was not taken."""
    if not isinstance(reason, handover.NotTaken):
        raise reason
    gc.disable()  # nothing of what is loaded here is thrown away again: to look for that takes a tenth of the time
    from smsdialog.deliver import deliver

    gc.freeze()
    gc.enable()
    answer = deliver(sys.argv[1:], os.environ, reason.begun)
    return answer.exit_status, answer.line


def _line_for(error: BaseException) -> str:
    """What the MTA hears of an error; the errors of our own know it."""
    code = getattr(error, "status_code", "4.3.0")
    return f"{code} {getattr(error, 'public_line', 'temporary failure, please try again later')}"


def _queue_id() -> str:
    """The MTA's name for the mail, where it stands among our arguments as the shipped configurations have it."""
    words = sys.argv[1:]
    return words[words.index("--queue-id") + 1] if "--queue-id" in words[:-1] else ""


def _record(error: BaseException) -> None:
    """Say in the mail log what went wrong, where the operator looks for it."""
    try:
        from smsdialog import log

        log.failure(error, queue=_queue_id())
    except BaseException:
        return
