"""The web pages at `/admin/`, for administrators who never open a shell.

    app        the application: what every request passes through     guard      who may see and do what
    visitor    where a request comes from                             session    the signed cookie
    language   Danish, English                                        wording    how things are shown
    signin, keys, accounts, qrcodes, messages, status, log            the pages, a module for each of the menu's

Pages are made by the server and work without JavaScript. What they do, `smsdialog.dialog` does: this package reads
forms and renders templates, as `smsdialog.cli` reads arguments and prints.
"""
