"""The credentials that every simulated provider wants and gives. They are public, and worth nothing anywhere else."""

from __future__ import annotations

USERNAME = "simulator"
PASSWORD = "simulator-pass"  # noqa: S105  (published, as the module says)
TOKEN = "simulator-token"  # noqa: S105
# The key of signatures, where a provider signs what it calls.
WEBHOOK_SECRET = "simulator-webhook-secret-of-32-octets"  # noqa: S105
# Stands in the URLs of providers that sign nothing.
URL_TOKEN = "simulatorurltoken"  # noqa: S105
ACCOUNT_SID = "AC00000000000000000000000000000001"
PLAN = "simulator-plan"
PLATFORM = "SIMULATOR"
PARTNER = "partner1"
GATE = "gate1"
# RFC 8032 calls it the seed: Telnyx signs with this private key.
ED25519_SEED = bytes(range(32))
ED25519_PUBLIC_KEY = "A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
