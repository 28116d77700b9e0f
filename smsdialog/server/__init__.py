"""The resident: what `smsdialog serve` runs.

    supervisor   opens the sockets, keeps the processes alive, listens to signals, tells systemd
    child        one process: how it beats, and how it ends
    sockets      addresses become listening sockets, or systemd hands them over
    mail         a process that takes mails, over LMTP (`lmtp`, `session`, `mailbody`) and from the pipe (`pipe`), and
                 calls over HTTP (`web`)
    connections  a strand for each connection; `hub` runs them all in one thread
    desk         the mails in hand: no more than so many and so large; `inhand` is one of them, with its deadline
    door         a process that answers the policy protocol (`policy`)
    clerk        a thread of the first of them, which takes what waits

Nothing is decided here: mails go to `dialog.take`, the door asks `dialog.door`, calls go to `wsgi`, the clerk
runs `dialog.flush`. A process that dies is started again, and what it had in hand the ledger knows.
"""
