"""The product with a real Postfix, Kannel and PostgreSQL around it; `daemons.py` says how they are kept."""
