"""`format=flowed` text becomes lines as they were typed (RFC 3676).

A line that ends in a blank goes on in the next line of the same quote depth, except for the signature
line `-- `; with `DelSp=yes` that blank was put there by the client and goes.
"""

from __future__ import annotations


def unflowed(text: str, delete_space: bool) -> str:
    """`text` with its flowed lines joined and its space-stuffing undone; quote marks stay, as one run.

    >>> unflowed("Vi kommer \\ni dag\\n> hvornår \\n> da?\\n-- \\nBo", False)
    'Vi kommer i dag\\n> hvornår da?\\n-- \\nBo'
    """
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        depth, content = _unquoted(line)
        flows = content.endswith(" ") and content != "-- "
        kept = content[:-1] if flows and delete_space else content
        if depth == open_depth and content != "-- ":
            out[-1] += kept
        else:
            out.append((">" * depth + " " + kept) if depth else kept)
        open_depth = depth if flows else -1
    return "\n".join(out)


def _unquoted(line: str) -> tuple[int, str]:
    """The quote depth of a line, and the line without its marks and its stuffed blank."""
    content = line.lstrip(">")
    return len(line) - len(content), content[1:] if content.startswith(" ") else content
