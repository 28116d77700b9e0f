"""Schema migrations, run by `smsdialog db upgrade`."""
