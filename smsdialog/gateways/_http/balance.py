"""What is left on a provider's account, from the table `balance`."""

from __future__ import annotations

from dataclasses import dataclass

from smsdialog.errors import ConfigError
from smsdialog.gateways._base import HttpRequest, HttpResponse
from smsdialog.gateways._http.auth import Auth
from smsdialog.gateways._http.document import ANSWERS, of_answer
from smsdialog.gateways._http.place import Place, read_place
from smsdialog.gateways._http.send import read_url, url
from smsdialog.gateways._http.settings import Settings
from smsdialog.gateways._http.table import Table


@dataclass(frozen=True)
class Balance:
    """The request that asks, and where the answer says it."""

    request: HttpRequest
    format: str
    amount: Place
    currency: Place

    def of(self, response: HttpResponse) -> str:
        """What is left, as the provider has it; empty where it says nothing of the kind."""
        said = of_answer(response, self.format)
        amount = self.amount.find(said) if response.status == 200 else ""
        return f"{amount} {self.currency.find(said)}".strip() if amount else ""


def read_balance(table: Table, auth: Auth, settings: Settings) -> Balance:
    """The table `balance`. Raises ConfigError."""
    with table as given:
        template = read_url(given, "url", settings.values)
        query = tuple((name, settings.filled(given, "query", text)) for name, text in given.words("query").items())
        try:
            request = HttpRequest("GET", url(template, settings), (*auth.params, *query), auth.headers)
        except ValueError as error:
            raise given.wrong("url", "an http or https URL") from error
        found = Balance(
            request,
            given.one_of("format", ANSWERS, "json"),
            read_place(given, "amount"),
            read_place(given, "currency"),
        )
    return found if found.amount.written else _no_amount(table)


def _no_amount(table: Table) -> Balance:
    error: ConfigError = table.missing("amount", "the place of the amount, such as /balance")
    raise error
