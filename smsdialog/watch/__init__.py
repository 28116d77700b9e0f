"""What tells others how the installation fares: `/health`, `/metrics`, the operator's digest, the heartbeat.

They all read the ledger; none of them is on the way of a mail or an SMS.
"""
