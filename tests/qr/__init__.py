"""QR codes: what a phone reads out of every picture, drawing and file of the package."""
