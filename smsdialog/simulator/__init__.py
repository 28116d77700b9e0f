"""The simulator: a local provider that speaks the API of every built-in gateway type, for tests and training.

It takes SMS, answers and signs as the provider does, and sends nothing. It shares no code with
`smsdialog.gateways`, so that a misunderstanding of a provider in one of them shows in the other.

    calls.py      what goes over HTTP            provider.py    what a provider is; providers/ has one module each
    sms.py        what was sent, and by whom     fates.py       which recipients go wrong, and how
    desk.py       a request, from their side     messenger.py   receipts and inbound SMS, on their way
    signing.py    how calls are signed           web.py         the HTTP application
    server.py     on which address               configuration.py  a smsdialog.toml pointed at it
"""
