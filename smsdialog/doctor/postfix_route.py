"""Postfix: does it take mail for the domain, and lead all of it to the product but what is a person's?"""

from __future__ import annotations

from smsdialog.core.address import same_domain, split_address
from smsdialog.doctor import addresses, postfix_alias, postfix_pipe
from smsdialog.doctor.finding import Findings, error, quoted, warning
from smsdialog.doctor.forged import FORGED, strip
from smsdialog.doctor.place import Place
from smsdialog.doctor.postfix import Postfix

ROUTE = error("postfix-route", "Mail for the domain does not come to the product: it bounces, or goes elsewhere.")
CLASS = error("postfix-domain-class", "Postfix looks every local part up among people, and refuses numbers and keys.")
RELAY = error("postfix-not-relayed", "Mail from outside is refused: 'Relay access denied'.")
RECIPIENTS = error("postfix-recipient-maps", "A number that is not listed there is refused at the door.")
PEOPLE = error("postfix-people", "RFC 2142: mails about abuse and trouble must reach a person; the product drops them.")
QUEUE_IDS = warning("postfix-queue-ids", "Short queue ids come back, and tell a retry from a new mail badly.")
DEFAULT_ACTION = warning(
    "postfix-policy-default", "While the resident restarts, Postfix refuses all mail, this machine's own included."
)

RESTRICTIONS = ("smtpd_recipient_restrictions", "smtpd_relay_restrictions", "smtpd_data_restrictions")
OTHER_CLASSES = ("mydestination", "virtual_mailbox_domains", "virtual_alias_domains")


def check(place: Place, postfix: Postfix) -> Findings:
    """The domain's way."""
    domain = place.config.domain
    route = postfix.lookup("transport_maps", domain)
    if postfix.lists("virtual_alias_domains", domain) and not route:
        yield from postfix_alias.check(place, postfix)
    elif not route or route.startswith(("error:", "discard:", "local:", "virtual:", "smtp:")):
        yield ROUTE.found(f"transport_maps lead {domain} to {route or 'nothing of ours'}", _lead(postfix, domain))
    else:
        yield from _domain(postfix, domain)
        yield from postfix_pipe.check(place, postfix, route.partition(":")[0])
    yield from _people(place, postfix)
    yield from _rest(place, postfix)


def _domain(postfix: Postfix, domain: str) -> Findings:
    for name in OTHER_CLASSES:
        if postfix.lists(name, domain):
            others = ", ".join(word for word in postfix.words(name) if word.lower() != domain)
            yield CLASS.found(f"{name} has {domain}, too", postfix.change(f"{name} = {others}"))
    if not postfix.lists("relay_domains", domain):
        domains = ", ".join([*postfix.words("relay_domains"), domain])
        yield RELAY.found(f"relay_domains lacks {domain}", postfix.change(f"relay_domains = {domains}"))
    number = f"{addresses.A_NUMBER}@{domain}"
    if postfix.words("relay_recipient_maps") and not _is_listed(postfix, number, domain):
        yield RECIPIENTS.found(f"relay_recipient_maps lacks {number}", postfix.change("relay_recipient_maps ="))


def _is_listed(postfix: Postfix, address: str, domain: str) -> bool:
    return any(postfix.lookup("relay_recipient_maps", key) for key in (address, f"@{domain}"))


def _people(place: Place, postfix: Postfix) -> Findings:
    domain = place.config.domain
    for name in addresses.PEOPLE:
        to = postfix.lookup("virtual_alias_maps", f"{name}@{domain}")
        if not to or any(same_domain(split_address(one)[1], domain) for one in to.split(",")):
            what = f"{name}@{domain} leads {f'back to {to}' if to else 'to nobody'}"
            yield PEOPLE.found(what, _give_to_operator(place, postfix))
            return


def _rest(place: Place, postfix: Postfix) -> Findings:
    if postfix.setting("enable_long_queue_ids") != "yes":
        yield QUEUE_IDS.found("enable_long_queue_ids is not 'yes'", postfix.change("enable_long_queue_ids = yes"))
    asked = [name for name in RESTRICTIONS if "check_policy_service" in postfix.setting(name)]
    default = postfix.setting("smtpd_policy_service_default_action")
    if asked and default.lower() != "dunno" and "default_action" not in postfix.setting(asked[0]):
        mend = postfix.change("smtpd_policy_service_default_action = DUNNO")
        yield DEFAULT_ACTION.found(f"smtpd_policy_service_default_action is '{default}'", mend)
    yield from _forged(place, postfix)


def _forged(place: Place, postfix: Postfix) -> Findings:
    """Header checks are asked as cleanup(8) asks; a milter may do it as well, which only a mail can show."""
    if postfix.setting("smtpd_milters"):
        return
    for name in place.config.auth.trusted_authserv_ids:
        header = f"Authentication-Results: {name}; dmarc=pass header.from={place.config.domain}"
        if not postfix.lookup("header_checks", header).upper().startswith(("IGNORE", "REJECT", "DISCARD", "STRIP")):
            yield FORGED.found(f"nothing in Postfix takes forged Authentication-Results of {name} out", strip(place))
            return


def _lead(postfix: Postfix, domain: str) -> str:
    table = postfix.file("transport")
    tables = ", ".join(dict.fromkeys([*postfix.words("transport_maps"), f"texthash:{table}"]))
    write = f"install -d {quoted(table.parent)} && {quoted('echo', f'{domain} smsdialog:')} >> {quoted(table)}"
    return f"{write} && {postfix.change(f'transport_maps = {tables}')}"


def _give_to_operator(place: Place, postfix: Postfix) -> str:
    """Name all of them, before whatever table says otherwise."""
    domain, table = place.config.domain, postfix.file("people")
    operator = place.config.mail.operator
    if same_domain(split_address(operator)[1], domain):
        operator = "YOU@YOUR-OWN-DOMAIN"
    lines = [f"{name}@{domain} {operator}" for name in addresses.PEOPLE]
    tables = ", ".join(dict.fromkeys([f"texthash:{table}", *postfix.words("virtual_alias_maps")]))
    write = f"install -d {quoted(table.parent)} && printf '%s\\n' {quoted(*lines)} > {quoted(table)}"
    return f"{write} && {postfix.change(f'virtual_alias_maps = {tables}')}"
