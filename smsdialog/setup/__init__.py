"""What a mail server needs for this installation: worked out, printed, carried out, and taken back.

    site.py      this installation, as a mail server sees it: domain, operator, user, command
    shipped.py   the pieces of mta-config/, with this installation's own words in them
    entry.py     something written: a setting (main_cf.py), a file or a line (files.py), variables.py, groups.py
    server.py, postfix.py, exim.py   what has to stand where, and what speaks against it
    journal.py   what stood there before us        carry_out.py   write it, put it back, take it out

Nothing is written before everything has been looked at. What goes wrong on the way is put back.
"""
