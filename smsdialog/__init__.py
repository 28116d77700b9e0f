"""SMS-Dialog: employees write ordinary e-mail, customers have a mobile phone."""

__version__ = "0.1.0"
