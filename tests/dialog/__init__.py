"""The dialog as talk: employees write mails, customers text, the administrator turns keys, and time passes."""
