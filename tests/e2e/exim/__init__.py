"""The same with Exim in Postfix's place: what it hands to the pipe, and people who talk through it."""
