"""The parts of the generic type `http`: what a table says becomes a request, and a call becomes what it says.

table, settings, profiles     a table is read: its keys, a profile's settings, the ready-made profiles
template, filters             a text with places to fill in, each value escaped for where it stands
send, body, auth, oauth       the request that sends an SMS
answer, codes, balance        what the provider's answer means
document, xml, place, mapping what a call says, and where in it
inbound, receipt, time        an SMS or a receipt of it
checks, credentials, signatures, signed, jwt     how a call proves that it comes from the provider
"""
