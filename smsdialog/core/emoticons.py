"""A text for a gateway that cannot carry emoji: characters beyond U+FFFF, of four octets in UTF-8.

Refusing the SMS would cost the employee his message for a smile; leaving the signs out may turn its meaning round
("🚫 kom i dag"); a question mark asks what nobody asked. So a sign that has a short plain form becomes that, a letter
in fancy dress its plain letter, and every other sign a box, which is what a phone shows that lacks a picture: the
customer sees that something stood there.

Guarantees: nothing beyond U+FFFF is left, everything else stays as it is, and the text never becomes longer in
UTF-16, so that it is no more parts than were counted.
"""

from __future__ import annotations

import re
import unicodedata

BOX = "□"
_LAST_OF_FIRST_PLANE = "\uffff"
_MOST_UNITS = 2  # what a character beyond it takes in UTF-16

# What joins an emoji to the one before it: its style, skin tones, the tags of regional flags, and a joiner.
_BEYOND = "\U00010000-\U0010ffff"
_SKIN_TONES = "\U0001f3fb-\U0001f3ff"
_JOINED = f"(?:[\ufe0e\ufe0f{_SKIN_TONES}\U000e0020-\U000e007f]|\u200d[\u2190-\u2bff{_BEYOND}])*"
# One sign as a reader sees it; or what is joined to a sign that itself may stay, such as ☝ or ❤.
_SIGN = re.compile(f"[{_BEYOND}]{_JOINED}|(?<=[\u2190-\u2bff\ufe0f])\u200d[{_BEYOND}]{_JOINED}")
_MODIFIER = re.compile(f"(?<=[\u2190-\u2bff])[{_SKIN_TONES}]")

_FORMS = {
    ":)": "😀😃😊🙂😇😌🤗🥰😺",
    ":D": "😁😄😆😅🤣😂😸😹",
    ";)": "😉😜",
    ":P": "😛😝😋🤪",
    ":(": "🙁😞😟😔😕😣😖😒😢😭🥲🥺😿",
    ":O": "😮😯😲😱😧😦🤯",
    ":/": "😬😐😑🫤😏🤨",
    ":*": "😘😗😚😙💋😽",
    ":@": "😠😡🤬😾",
    "B)": "😎🤓",
    "<3": "💙💚💛🧡💜🖤🤍🤎🩷🩵💕💖💗💓💞💘💝😍😻🫶",
    "OK": "👍👌🆗",
    "A": "🅰",
    "B": "🅱",
    "O": "🅾",
    "P": "🅿",
}
_FORM = {sign: form for form, signs in _FORMS.items() for sign in signs}
_FIRST_FLAG_LETTER, _LAST_FLAG_LETTER = "🇦", "🇿"


def without_emoji(text: str) -> str:
    """A text with nothing beyond Unicode's first plane.

    >>> without_emoji("Vi ses 😀👍🏽 🇩🇰 𝐇𝐞𝐣 🎂"), without_emoji("Æblegrød ❤️ €")
    ('Vi ses :)OK DK Hej □', 'Æblegrød ❤️ €')
    """
    if max(text, default="") <= _LAST_OF_FIRST_PLANE:
        return text
    return _SIGN.sub(lambda sign: _plain(sign[0]), _MODIFIER.sub("", text))


def _plain(sign: str) -> str:
    """The plain form of one sign, by its first character."""
    first = sign[0]
    if first <= _LAST_OF_FIRST_PLANE:  # a joiner
        return ""
    if _FIRST_FLAG_LETTER <= first <= _LAST_FLAG_LETTER:
        return chr(ord("A") + ord(first) - ord(_FIRST_FLAG_LETTER))
    if first in _FORM:
        return _FORM[first]
    if unicodedata.category(first) in ("Cf", "Mn"):  # tags and variation selectors show nothing
        return ""
    plain = unicodedata.normalize("NFKC", first)
    fits = len(plain) <= _MOST_UNITS and max(plain) <= _LAST_OF_FIRST_PLANE
    return plain if fits else BOX
