"""Every command of `smsdialog`, as an administrator runs it."""
