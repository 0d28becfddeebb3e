"""Mail addresses as people type them: the one rule for all of them. Pure."""

from email_validator import EmailNotValidError, validate_email

NO_ADDRESS = "Enter an email address like name@example.org"
NOT_PLAIN = "Enter an address without accents or other special letters: many mail servers refuse them"


def fault_of(address: str) -> str:
    """What is wrong with an address, in words that say what to do; "" for one that mail reaches everywhere.

    Names with accents are welcome, addresses with them are not: mail to one is refused by every server on its way
    that does not know how (RFC 6531), and its reader would wait in vain. A domain can be written in plain letters
    (``xn--...``).
    """
    if "@" in address and not address.isascii():
        return NOT_PLAIN
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return NO_ADDRESS
    return ""
