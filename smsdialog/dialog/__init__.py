"""The use cases. They decide with the core, and act through the store, the gateways and the mailer.

handle      one mail from the MTA: who sent it, and what each recipient means
subscribe, unsubscribe, help, send      what a recipient asks for
dispatch    what is claimed goes to its gateway, under a lease
report      what went wrong is told
receive     one SMS from a gateway      receipt     what became of an SMS
post        mails of ours go to sendmail
flush       one pass over all that waits
keys, accounts      what an administrator does
"""
