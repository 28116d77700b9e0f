"""A `smsdialog.toml` whose gateways are all the simulated providers, each under its provider's name."""

from __future__ import annotations

from smsdialog.simulator import credentials as c

# The options of each type; {url} is the simulator's address.
_TYPES: dict[str, dict[str, str]] = {
    "gatewayapi": {"url": "{url}/gatewayapi", "api_token": c.TOKEN, "webhook_secret": c.WEBHOOK_SECRET},
    "gatewayapi_rest": {"url": "{url}/gatewayapi_rest", "api_token": c.TOKEN, "webhook_secret": c.WEBHOOK_SECRET},
    "cpsms": {"url": "{url}/cpsms/v2", "username": c.USERNAME, "api_key": c.PASSWORD, "token": c.URL_TOKEN},
    "link": {
        "url": "{url}/link",
        "username": c.USERNAME,
        "password": c.PASSWORD,
        "platform_id": c.PLATFORM,
        "partner_id": c.PARTNER,
        "webhook_username": c.USERNAME,
        "webhook_password": c.PASSWORD,
    },
    "twilio": {"url": "{url}/twilio", "account_sid": c.ACCOUNT_SID, "auth_token": c.TOKEN},
    "elks": {"url": "{url}/elks/a1", "username": c.USERNAME, "password": c.PASSWORD, "token": c.URL_TOKEN},
    "vonage": {
        "url": "{url}/vonage",
        "api_key": c.USERNAME,
        "api_secret": c.PASSWORD,
        "signature_secret": c.WEBHOOK_SECRET,
        "signature_algorithm": "sha256",
    },
    "smsgate": {
        "url": "{url}/smsgate/3rdparty/v1",
        "username": c.USERNAME,
        "password": c.PASSWORD,
        "signing_key": c.WEBHOOK_SECRET,
    },
    "kannel": {
        "url": "{url}/kannel/cgi-bin/sendsms",
        "username": c.USERNAME,
        "password": c.PASSWORD,
        "token": c.URL_TOKEN,
    },
    "jasmin": {"url": "{url}/jasmin/send", "username": c.USERNAME, "password": c.PASSWORD, "token": c.URL_TOKEN},
}
_LISTS = {"link": {"gates": [c.GATE]}}
# The settings of each profile of the type "http".
_PROFILES: dict[str, dict[str, str]] = {
    "inmobile": {"api_key": c.TOKEN, "token": c.URL_TOKEN},
    "smsdk": {"api_key": c.TOKEN, "token": c.URL_TOKEN},
    "sinch": {"service_plan_id": c.PLAN, "api_token": c.TOKEN, "webhook_secret": c.WEBHOOK_SECRET},
    "telnyx": {"api_key": c.TOKEN, "public_key": c.ED25519_PUBLIC_KEY},
    "infobip": {
        "base_url": "{url}/infobip",
        "api_key": c.TOKEN,
        "webhook_user": c.USERNAME,
        "webhook_password": c.PASSWORD,
    },
    "messagebird": {"access_key": c.TOKEN, "signing_key": c.WEBHOOK_SECRET},
    "plivo": {"auth_id": c.USERNAME, "auth_token": c.PASSWORD},
    "clicksend": {"username": c.USERNAME, "api_key": c.PASSWORD, "token": c.URL_TOKEN},
    "playsms": {
        "url": "{url}/playsms/index.php",
        "username": c.USERNAME,
        "webservices_token": c.TOKEN,
        "token": c.URL_TOKEN,
    },
}
# Where profiles send to and ask for the balance, of those that have no setting for it: else they would ask in earnest.
_URLS: dict[str, dict[str, str]] = {
    "inmobile": {"send": "/v4/sms/outgoing"},
    "smsdk": {"send": "/v1/sms/send", "balance": "/v1/user/getcreditvalue"},
    "sinch": {"send": f"/xms/v1/{c.PLAN}/batches"},
    "telnyx": {"send": "/v2/messages"},
    "messagebird": {"send": "/messages", "balance": "/balance"},
    "plivo": {"send": f"/v1/Account/{c.USERNAME}/Message/"},
    "clicksend": {"send": "/v3/sms/send", "balance": "/v3/account"},
}


def snippet(simulator: str, product: str) -> str:
    """The tables of all gateways, and the `public_url` that they are called at."""
    tables = [_type(name, simulator) for name in _TYPES] + [_profile(name, simulator) for name in _PROFILES]
    return "\n".join([f'public_url = "{product}"\n', *tables])


def table(name: str, simulator: str) -> str:
    """The table of one gateway. Raises KeyError."""
    return _type(name, simulator) if name in _TYPES else _profile(name, simulator)


def _type(name: str, simulator: str) -> str:
    lists = [f'{option} = ["{value}"]' for option, (value,) in _LISTS.get(name, {}).items()]
    return _lines(f"[gateways.{name}]", f'type = "{name}"', *_options(_TYPES[name], simulator), *lists)


def _profile(name: str, simulator: str) -> str:
    settings = _options(_PROFILES[name], simulator)
    urls = [f'{what}.url = "{simulator}/{name}{path}"' for what, path in _URLS.get(name, {}).items()]
    return _lines(f"[gateways.{name}]", 'type = "http"', f'profile = "{name}"', *settings, *urls)


def _options(options: dict[str, str], simulator: str) -> list[str]:
    return [f'{option} = "{value.replace("{url}", simulator)}"' for option, value in options.items()]


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
