"""With which markup each mail client marks quotes and signatures: data, one row for each mark.

Names are compared in lower case. `x_` in front of a name is what Outlook puts before the names of a mail
that is quoted, so such a name says nothing of the outer mail.
"""

from __future__ import annotations

import re

from smsdialog.core.text.lines import Mark

# Element ids, names and data markers: exact.
IDS: dict[str, Mark] = {
    "divrplyfwdmsg": Mark.HISTORY,  # Outlook on the web, Outlook for iOS and Android, Hotmail
    "appendonsend": Mark.HISTORY,  # Outlook on the web
    "stopspelling": Mark.HISTORY,  # Hotmail
    "olk_src_body_section": Mark.HISTORY,  # Outlook 2011 for Mac
    "mail-editor-reference-message-container": Mark.HISTORY,  # Outlook for Mac, new Outlook
    "ms-outlook-mobile-reference-message": Mark.HISTORY,  # Outlook for Android
    "zwchr": Mark.HISTORY,  # Zimbra
    "__divider__": Mark.HISTORY,  # Zimbra
    "__quoted_text__": Mark.QUOTE,  # Zimbra
    "quote": Mark.QUOTE,  # GMX, WEB.DE (name=quote)
    "messagereplysection": Mark.QUOTE,  # Spark
    "isreplycontent": Mark.HISTORY,  # NetEase
    "isforwardcontent": Mark.HISTORY,  # NetEase
    "reply-intro": Mark.INTRODUCTION,  # Roundcube
    "signature": Mark.SIGNATURE,  # Outlook on the web
    "ms-outlook-mobile-signature": Mark.SIGNATURE,  # Outlook for iOS and Android
    "composer_signature": Mark.SIGNATURE,  # Samsung Email
    "applemailsignature": Mark.SIGNATURE,  # Apple Mail
    "messagesignaturesection": Mark.SIGNATURE,  # Spark
    "_rc_sig": Mark.SIGNATURE,  # Roundcube
    "__sig_pre__": Mark.SIGNATURE,  # Zimbra
    "__sig_post__": Mark.SIGNATURE,  # Zimbra
}

# One class of several.
CLASSES: dict[str, Mark] = {
    "gmail_attr": Mark.INTRODUCTION,  # Gmail
    "moz-cite-prefix": Mark.INTRODUCTION,  # Thunderbird
    "moz-forward-container": Mark.HISTORY,  # Thunderbird
    "inoteshistory": Mark.QUOTE,  # HCL iNotes
    "yahoo_quoted": Mark.QUOTE,  # Yahoo
    "protonmail_quote": Mark.QUOTE,  # Proton Mail
    "zmail_extra": Mark.QUOTE,  # Zoho
    "tutanota_quote": Mark.QUOTE,  # Tuta
    "front-blockquote": Mark.QUOTE,  # Front
    "gmail_signature": Mark.SIGNATURE,  # Gmail
    "gmail_signature_prefix": Mark.SIGNATURE,  # Gmail
    "moz-signature": Mark.SIGNATURE,  # Thunderbird
    "protonmail_signature_block": Mark.SIGNATURE,  # Proton Mail
    "io-ox-signature": Mark.SIGNATURE,  # Open-Xchange
    "zmail_signature": Mark.SIGNATURE,  # Zoho
}

# iOS: the client's signature stands behind this line break, to the quote.
SIGNATURE_BREAK = "linebreakatbeginningofsignature"

_REPLY_RULE = re.compile(r"border-top:\s{0,5}solid[^;]{0,40};\s{0,5}padding:\s{0,5}3")
_HIDDEN = re.compile(
    r"display:\s{0,5}none|mso-hide:\s{0,5}all|max-height:\s{0,5}0(?![.\d])|visibility:\s{0,5}hidden|font-size:\s{0,5}0(?:px|pt|em)?\s{0,5}(?:;|!|$)"
)
_NO_MARGIN = re.compile(
    r"margin:\s{0,5}(?:0[a-z]{0,3}\s{0,5}){1,4}(?:0?\.0001pt)?\s{0,5}(?:[;!]|$)|margin-(?:top|bottom):\s{0,5}0(?:[a-z]{2})?\s{0,5}(?:[;!]|$)|mso-margin-top-alt:\s{0,5}0"
)
_QUOTE_STYLE = re.compile(r"border-left(?:-style|-width|-color)?:(?!\s{0,5}(?:none|0))")


def mark_of(tag: str, attributes: dict[str, str], ahead: str) -> Mark | None:
    """What an element says of the lines in it, if it says anything; `ahead` is the source that follows it.

    >>> mark_of("div", {"class": "gmail_attr", "dir": "ltr"}, "")
    <Mark.INTRODUCTION: 'introduction'>
    """
    for name in ("id", "name", "data-marker"):
        found = IDS.get(attributes.get(name, "").lower())
        if found and (name != "name" or tag != "a"):
            return found
    for word in attributes.get("class", "").lower().split():
        if word in CLASSES:
            return CLASSES[word]
    style = attributes.get("style", "").lower()
    if tag == "blockquote":
        cited = attributes.get("type", "").lower() == "cite" or "quote" in attributes.get("class", "").lower()
        # Without any style it is a quote, too; with a margin alone, somebody pressed "indent".
        return Mark.QUOTE if cited or not style or _QUOTE_STYLE.search(style) else None
    if tag == "div" and _REPLY_RULE.search(style) and ahead.count(":</") + ahead.count(": </") >= 2:
        return Mark.HISTORY
    return None


def is_hidden(attributes: dict[str, str]) -> bool:
    """Whether a reader does not see this element."""
    style = attributes.get("style", "").lower()
    return "hidden" in attributes or bool(style and _HIDDEN.search(style))


def has_margin(attributes: dict[str, str]) -> bool:
    """Whether a paragraph keeps a distance from its neighbours: Word's and Outlook's do not."""
    if "msonormal" in attributes.get("class", "").lower() or "msolistparagraph" in attributes.get("class", "").lower():
        return False
    return not _NO_MARGIN.search(attributes.get("style", "").lower())
