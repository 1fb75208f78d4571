"""Phone numbers as people type them, and as they can be dialled from anywhere. No database."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

import phonenumbers

FEWEST_DIGITS = 4  # typed without + or 0, fewer fit too many numbers


class NotAPhone(ValueError):
    """What was typed cannot be dialled; the text says what was typed and how a number looks."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"\u201c{typed}\u201d is not a phone number. Type it as it is dialled, such as 020 7946 0123, "
            "or with its country code, such as +34 912 345 678."
        )


@dataclass(frozen=True, slots=True)
class Phone:
    """`e164` is +447946000123; `digits` the same without the plus, for searching."""

    e164: str
    digits: str


def normalised(typed: str, *, region: str) -> Phone:
    """The number in E.164. `region` (GB, ES …) reads numbers without a country code. Raises NotAPhone.

    Letters are refused rather than read as keypad digits: in a record they are a slip, not a number.
    """
    if any(letter.isalpha() for letter in typed):
        raise NotAPhone(typed)
    try:
        number = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException as refused:
        raise NotAPhone(typed) from refused
    if not phonenumbers.is_possible_number(number):
        raise NotAPhone(typed)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(e164=e164, digits=e164.removeprefix("+"))


# What rings in a hall or a switchboard and shows no words.
WITHOUT_A_SCREEN = frozenset(
    {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.VOICEMAIL,
        phonenumbers.PhoneNumberType.UAN,
    }
)

NOT_ABROAD = "The clinic does not text numbers abroad, and this is one"


def why_no_texts(e164: str, *, countries: Collection[str]) -> str:
    """Why no text message can go to that number, and the way out, in words for the desk; empty where one can.

    `countries` (GB, ES …) are those the clinic's gateway may send to.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return "Not sent by text: that is not a whole phone number. Correct it on the patient’s record."
    # A number in no range that was given out (yet) belongs to nobody's region: its code has to do.
    country = phonenumbers.region_code_for_number(number)
    regions = (
        {country} if country else set(phonenumbers.region_codes_for_country_code(number.country_code or 0))
    )
    if regions.isdisjoint(countries):
        return f"{NOT_ABROAD} ({f'{country} ' if country else ''}+{number.country_code})."
    if phonenumbers.number_type(number) in WITHOUT_A_SCREEN:
        return "Texts do not reach this number: it is a landline. Add a mobile number, or use e-mail."
    return ""


def beginnings(typed: str, *, region: str) -> list[str]:
    """How the stored digits of a number may begin whose first few were typed; empty where that fits every number.

    +44 7946, 0044 7946, 07946 and 7946 all begin 447946 in GB; digits alone may be a country code too.
    """
    digits = re.sub(r"\D", "", typed.replace("(0)", ""))
    code = str(phonenumbers.country_code_for_region(region))
    trunk = phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""
    if typed.lstrip().startswith("+"):
        if trunk and digits.startswith(code + trunk):  # +44 07946: both ways of dialling at once
            digits = code + digits[len(code + trunk) :]
        found = [digits]
    elif digits.startswith("00"):
        found = [digits[2:]]
    elif trunk and digits.startswith(trunk):
        found = [code + digits[len(trunk) :]]
    else:
        found = [digits, code + digits] if len(digits) >= FEWEST_DIGITS else []
    return [beginning for beginning in found if not code.startswith(beginning)]
