"""Phone numbers: what people type and what gateways hand over, as E.164, or a refusal with its reason.

Guarantees: a `PhoneNumber` that `parse` returns exists in the numbering plan of its country, may be
texted, and was written down by the employee rather than guessed: letters, extensions and characters
that merely look like digits are refused before the library sees them, since it would make digits of them.

Without a country code a number belongs to the configured country; a longer one that does not exist
there is taken to begin with its country code, as `46701234567`. Denmark's 12-digit national numbers,
37 and ten digits, are unknown to the library's metadata and have a rule of their own (ITU-T E.164,
Danish numbering plan).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from smsdialog.core.model import PhoneNumber, SenderForm
from smsdialog.errors import NumberRefused

# A longer number may begin with its country code; and two texts of so many digits cannot be one number,
# which has 15 at most (E.164, 6.1).
_FULL_NUMBER_DIGITS = 8
_MAX_LENGTH = 1 + 15

_SCHEME = re.compile(r"\A\s*(?:(?:tel|sms|smsto):|p(?=[0-9]))", re.IGNORECASE)
_TRUNK_ZERO = re.compile(r"\A(\W*[0-9]{1,5}\W*?)[(\[]\s*0\s*[)\]]")  # after a country code only
_EXTENSION = re.compile(r"[0-9)\s.,;](?:extension|ext|lokal|lok|x|#)[\s.:=]*[0-9]+\s*$", re.IGNORECASE)
_SEPARATORS = "().[]/·−"
_PLUS_OR_ZEROS = re.compile(r"\A(?:\+?00|\+)")

_DANISH_12_DIGITS = re.compile(r"\+?45(37[0-9]{10})")
_DANISH_PREMIUM = re.compile(r"\+4590[0-9]{6}")
# Shared and premium rate (808, 979) and satellite (870, 881-883), all billed far above any SMS.
_PREMIUM_CALLING_CODES = ("+808", "+979", "+870", "+881", "+882", "+883")
_PREMIUM_TYPES = (PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST)

# Emergency numbers on any mobile phone (3GPP TS 22.101, 10.1), and those the library does not know as such.
_EMERGENCY_EVERYWHERE = ("112", "911")
_EMERGENCY = {"DK": ("114", "1813")}
_SHORT_CODE = re.compile(r"1[0-9]{2,5}")

_PARSE_REASONS = {
    NumberParseException.INVALID_COUNTRY_CODE: "invalid",
    NumberParseException.TOO_LONG: "too-long",
}
_LENGTH_REASONS = {
    ValidationResult.TOO_SHORT: "too-short",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too-short",
    ValidationResult.TOO_LONG: "too-long",
}

_SENDER_CODE = re.compile(r"\+?([0-9]{3,6})")
_SENDER_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_LONGEST_SHORT_CODE = 6
# 3GPP TS 23.040, 9.1.2.5: 11 characters of 7 bits fit into an address field; most providers take these.
_DIGITS_AS_SENDER = re.compile(r"[0-9]{3,15}", re.ASCII)
_NAME_AS_SENDER = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 .&/_-]{2,11}", re.ASCII)
_SENDER_LENGTH = 40

_REPLY_WORDS = (
    "re sv vs vb aw wg antw antwort doorst vedr ang fwd fw fs tr rép rif r i rv res enc odp pd vá továbbítás ynt"
    " ilt απ σχετ πρθ atb yml bls trs vl ats на ответ пересл 回复 回覆 答复 返信 转发 轉寄 転送 회신 전달 השב رد svar"
)
_LEAD = re.compile(
    r"(?:\s*(?:"
    rf"(?:{'|'.join(_REPLY_WORDS.split())})\.?(?:\s*(?:\[[0-9]{{1,4}}\]|\([0-9]{{1,4}}\)|\^[0-9]{{1,4}}))?\s*[:：]"
    r"|\[[^\[\]0-9+]{1,60}\]|\{[^{}0-9+]{1,60}\}|\*{3}[^*0-9+]{1,60}\*{3}"
    r"|sms\s+(?:fra|from)(?=[\s:+])\s*:?"
    r"))*\s*",
    re.IGNORECASE,
)
_LIST_SEPARATORS = re.compile("[,，；、\r\n\v\f\x85\u2028\u2029]|;(?!ext=)")
_BEFORE_A_PLUS = re.compile(r"(?<!\s)\s+(?=\(?\+)")


@lru_cache(maxsize=1024)  # customers are written to again and again
def parse(typed: str, country: str) -> PhoneNumber:
    """The number that an employee typed, in a subject or as a local part; pure.

    `country` is the ISO 3166 region of numbers without a country code, such as "DK".
    Raises NumberRefused with a key of `errors.NUMBER_REASONS`.

    >>> parse("+45 (0)20 12 34 56", "DK")
    '+4520123456'
    >>> parse("46701234567", "DK")
    '+46701234567'
    >>> parse("070-123 45 67", "SE")
    '+46701234567'
    """
    try:
        compact = _compact(typed)
        number = _foreign(compact) if compact.startswith("+") else _domestic(compact, country)
    except _ReasonError as refused:
        raise NumberRefused(typed, refused.reason) from None
    return PhoneNumber(number)


def check_country(number: PhoneNumber, allowed: tuple[str, ...]) -> None:
    """Raise NumberRefused with reason "country" unless the number is of an allowed region; empty: all are.

    A region is not a calling code: +1 is shared by the USA and the Caribbean, +7, +44, +47 and +358 are
    shared too, and the Faroes and Greenland have codes of their own.

    >>> check_country(PhoneNumber("+4520123456"), ("DK", "SE"))
    """
    if allowed and _region(number) not in allowed:
        raise NumberRefused(number, "country")


def international(number: str) -> str:
    """A number as people read it; what is no E.164 number (a short code, a name) comes back as it is.

    >>> international("+4520123456"), international("+46701234567"), international("1919")
    ('+45 20 12 34 56', '+46 70 123 45 67', '1919')
    """
    if not _SENDER_NUMBER.fullmatch(number):
        return number
    if _DANISH_12_DIGITS.fullmatch(number):
        return "+45 " + " ".join(number[at : at + 2] for at in range(3, len(number), 2))
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def national(number: PhoneNumber) -> str:
    """A number without its country code, as people at home write it.

    >>> national(PhoneNumber("+4520123456")), national(PhoneNumber("+46701234567"))
    ('20123456', '701234567')
    """
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number, None))
    except NumberParseException:
        return number.digits


def is_e164(text: str) -> bool:
    """Whether a text is a number as `parse` gives them, of whatever kind."""
    return bool(_SENDER_NUMBER.fullmatch(text))


def sender(text: str) -> str:
    """Who sent an SMS, as the gateway names him: E.164 with a plus sign, a short code, or a name.

    Gateways leave out the plus sign, never the country code, so no country is ever assumed. Names lose
    their control characters and what is beyond 40 characters.

    >>> sender("4520123456"), sender("004520123456"), sender("1919"), sender("Firma\\r\\nA/S")
    ('+4520123456', '+4520123456', '1919', 'Firma A/S')
    """
    name = " ".join(_without_controls(text).split())[:_SENDER_LENGTH].strip()
    code = _SENDER_CODE.fullmatch(name)
    if code:
        return code[1]
    number = "+" + _PLUS_OR_ZEROS.sub("", _without_separators(name))
    return number if _SENDER_NUMBER.fullmatch(number) else name


def can_be_answered(sender: str) -> bool:
    """Whether an SMS may go back to a sender, as `sender` gives it: to phones, not to short codes and names.

    >>> can_be_answered("+4520123456"), can_be_answered("1919"), can_be_answered("Firma")
    (True, False, False)
    """
    return bool(_SENDER_NUMBER.fullmatch(sender)) and not _is_premium(sender)


def sender_form(sender: str) -> SenderForm:
    """What kind of sender an SMS bears.

    >>> [sender_form(sender).value for sender in ("459192000000", "1919", "Firma")]
    ['number', 'short code', 'name']
    """
    if not (sender.isascii() and sender.isdigit()):
        return SenderForm.NAME
    return SenderForm.SHORT_CODE if len(sender) <= _LONGEST_SHORT_CODE else SenderForm.NUMBER


def is_sender(text: str) -> bool:
    """Whether a text may stand as the sender of an SMS: up to 15 digits, or a name of up to 11 characters.

    >>> is_sender("1919"), is_sender("Firma A/S"), is_sender("Firma Anpartsselskab"), is_sender("")
    (True, True, False, False)
    """
    return bool(_DIGITS_AS_SENDER.fullmatch(text) or _NAME_AS_SENDER.fullmatch(text))


def service_number(text: str) -> str:
    """The 12 digits of an account's number as gateways and people write it, or an empty text.

    A Danish national number of 12 digits may come with its country code before it.

    >>> service_number("+45 9192 000 000"), service_number("00459192000000"), service_number("4520123456")
    ('459192000000', '459192000000', '')
    """
    compact = _without_separators(_without_scheme(text))
    danish = _DANISH_12_DIGITS.fullmatch(_with_plus(compact))
    digits = danish[1] if danish else _with_plus(compact).removeprefix("+")
    return digits if re.fullmatch("[0-9]{12}", digits) else ""


def of_country(digits: str, country: str) -> str:
    """The digits of a number that a gateway names its country with, with the calling code where it was left out.

    >>> of_country("52512345", "DK"), of_country("4552512345", "DK"), of_country("9192000001", "DK")
    ('4552512345', '4552512345', '459192000001')
    """
    code = str(phonenumbers.country_code_for_region(country) or "")
    is_whole = len(digits) > _FULL_NUMBER_DIGITS and digits.startswith(code)
    return digits if is_whole else code + digits


def split_subject(subject: str) -> tuple[str, ...]:
    """The texts between the commas, semicolons and folds of a decoded subject, each to be read by `parse`.

    What mail clients and filters put before it goes (`Re:`, `SV:`, `[EKSTERN]`), and so does our own
    `SMS fra`. Blanks separate numbers only where they cannot be a part of one: between two texts of 8 or
    more digits, and before a plus sign. Everything else is handed over whole.

    >>> split_subject("SV: SMS fra +45 20 12 34 56")
    ('+45 20 12 34 56',)
    >>> split_subject("20123456 20123457; 20 12 34 58,")
    ('20123456', '20123457', '20 12 34 58')
    """
    numbers = subject[_LEAD.match(subject).end() :]  # type: ignore[union-attr]  # it matches an empty text
    pieces = (piece.strip() for piece in _LIST_SEPARATORS.split(numbers))
    return tuple(number for piece in pieces if piece for number in _split_at_blanks(piece))


class _ReasonError(Exception):
    """Why a text is no number that can be texted; `parse` adds the text. It never leaves this module."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _compact(typed: str) -> str:
    """What was typed as ASCII digits, after a plus sign if it has an explicit country code."""
    if any(unicodedata.category(char) == "No" for char in typed):
        raise _ReasonError("characters")  # superscripts and fractions; NFKC would make digits of them
    text = _without_scheme(typed)
    if _EXTENSION.search(text):
        raise _ReasonError("extension")
    if any(unicodedata.category(char).startswith("L") for char in text):
        raise _ReasonError("letters")
    compact = _with_plus(_without_separators(_TRUNK_ZERO.sub(r"\1", text)))
    if compact in ("", "+"):
        raise _ReasonError("empty")
    if not re.fullmatch(r"\+?[0-9]+", compact):
        raise _ReasonError("characters")
    return compact


def _without_scheme(text: str) -> str:
    """A text in NFKC, which makes ASCII of full-width digits, without a leading `tel:` or address form's `p`."""
    return _SCHEME.sub("", unicodedata.normalize("NFKC", text))


def _without_separators(text: str) -> str:
    return "".join(char for char in text if not _is_separator(char))


def _is_separator(char: str) -> bool:
    """Blanks, dashes, brackets, and the invisible marks that phones' contact lists put around numbers."""
    return char in _SEPARATORS or char.isspace() or unicodedata.category(char) in ("Pd", "Zs", "Cf")


def _without_controls(text: str) -> str:
    """A text in NFC with blanks for everything that is not meant to be seen."""
    shown = (" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return unicodedata.normalize("NFC", "".join(shown))


def _with_plus(compact: str) -> str:
    return _PLUS_OR_ZEROS.sub("+", compact)


def _foreign(number: str) -> str:
    """A number with a plus sign, checked against the plan of its country."""
    if _DANISH_12_DIGITS.fullmatch(number):
        return number
    if _is_premium(number):
        raise _ReasonError("premium")
    return _checked(number, None)


def _domestic(digits: str, country: str) -> str:
    """A number without a plus sign: of the configured country or, if it is longer, with its country code."""
    if _DANISH_12_DIGITS.fullmatch(digits):
        return "+" + digits
    if _is_emergency(digits, country):
        raise _ReasonError("emergency")
    has_country_code = len(digits) > _FULL_NUMBER_DIGITS and _exists("+" + digits)
    if has_country_code and _has_trunk_zero(country):
        return _foreign("+" + digits)
    try:
        return _checked(digits, country)
    except _ReasonError as refused:
        if has_country_code and refused.reason != "premium":
            return _foreign("+" + digits)
        if digits.startswith("0") and refused.reason == "too-long":
            raise _ReasonError("invalid") from None  # most likely another country's trunk prefix
        raise


def _has_trunk_zero(country: str) -> bool:
    """Whether national numbers are written with a 0 before them, so that a long one without is international."""
    return phonenumbers.ndd_prefix_for_region(country, True) == "0"


def _exists(number: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, None))
    except NumberParseException:
        return False


def _checked(compact: str, country: str | None) -> str:
    """A number in E.164, if the library knows it as one that may be texted."""
    try:
        parsed = phonenumbers.parse(compact, country)
    except NumberParseException as error:
        raise _ReasonError(_PARSE_REASONS.get(error.error_type, "too-short")) from None
    number = phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
    if _is_premium(number):
        raise _ReasonError("premium")
    if len(number) > _MAX_LENGTH:
        raise _ReasonError("too-long")  # some plans know longer ones, but no gateway does
    if not phonenumbers.is_valid_number(parsed):
        raise _ReasonError(_why_invalid(parsed))
    return number


def _why_invalid(parsed: phonenumbers.PhoneNumber) -> str:
    national = str(parsed.national_number)
    region = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if _is_emergency(national, region):
        return "emergency"
    if _SHORT_CODE.fullmatch(national) or shortnumberinfo.is_valid_short_number_for_region(parsed, region):
        return "short-code"
    return _LENGTH_REASONS.get(phonenumbers.is_possible_number_with_reason(parsed), "invalid")


def _is_emergency(digits: str, region: str) -> bool:
    known = digits in _EMERGENCY_EVERYWHERE or digits in _EMERGENCY.get(region, ())
    return known or shortnumberinfo.is_emergency_number(digits, region)


@lru_cache(maxsize=1024)
def _is_premium(number: str) -> bool:
    """Whether texting an E.164 number costs more than an SMS, whether or not the number exists."""
    if number.startswith(_PREMIUM_CALLING_CODES) or _DANISH_PREMIUM.fullmatch(number):
        return True
    try:
        return phonenumbers.number_type(phonenumbers.parse(number, None)) in _PREMIUM_TYPES
    except NumberParseException:
        return False


@lru_cache(maxsize=1024)
def _region(number: str) -> str:
    """The ISO 3166 region of an E.164 number, or an empty text.

    A number that the library does not know, such as a Danish one of 12 digits, still belongs to its
    calling code's country if only one country has that code.
    """
    try:
        parsed = phonenumbers.parse(number, None)
    except NumberParseException:
        return ""
    regions = phonenumbers.region_codes_for_country_code(parsed.country_code or 0)
    return regions[0] if len(regions) == 1 else phonenumbers.region_code_for_number(parsed) or ""


def _split_at_blanks(piece: str) -> tuple[str, ...]:
    """The numbers of a text without list separators: several, if they can only be several, else the whole."""
    for numbers in (piece.split(), [number.strip() for number in _BEFORE_A_PLUS.split(piece)]):
        if all(_is_full_number(number) for number in numbers):
            return tuple(numbers)
    return (piece,)


def _is_full_number(text: str) -> bool:
    compact = _without_separators(_without_scheme(text))
    return bool(re.fullmatch(rf"\+?[0-9]{{{_FULL_NUMBER_DIGITS},}}", compact))
