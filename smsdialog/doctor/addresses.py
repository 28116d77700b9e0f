"""Addresses of the domain that mail servers are asked about."""

from __future__ import annotations

A_NUMBER = "4520123456"
# A person's, and never the product's: RFC 2142, and two to which machines write.
PEOPLE = ("postmaster", "abuse", "hostmaster", "mailer-daemon", "root")
