"""What follows DATA (RFC 5321, 4.1.1.4): up to the line that is a dot, whatever the length of its lines."""

from __future__ import annotations

_END = b"\r\n.\r\n"


class MailBody:
    """One mail on its way in. Of one that is longer than `max_bytes` the beginning is kept, and one octet more than
    is allowed, so that too much is seen."""

    def __init__(self, max_bytes: int) -> None:
        self._most = max_bytes + 1
        self._octets = bytearray(b"\r\n")
        self._searched = 0
        self._end = -1

    def feed(self, octets: bytes) -> bytes | None:
        """Take what has come: once it holds the end, what stands behind that (RFC 2920: the next commands)."""
        self._octets += octets
        self._end = self._octets.find(_END, self._searched)
        if self._end >= 0:
            return bytes(self._octets[self._end + len(_END) :])
        del self._octets[2 * self._most : -len(_END)]
        self._searched = max(0, len(self._octets) - len(_END))
        return None

    @property
    def mail(self) -> bytes:
        """The whole mail, as pipe(8) hands one over.

        >>> body = MailBody(100)
        >>> body.feed(b"Hej\\r\\n..\\r\\n"), body.feed(b".\\r\\nQUIT\\r\\n"), body.mail
        (None, b'QUIT\\r\\n', b'Hej\\n.\\n')
        """
        lines = bytes(self._octets[2 : self._end + 2]).replace(b"\r\n", b"\n")
        return lines.removeprefix(b".").replace(b"\n.", b"\n")[: self._most]
