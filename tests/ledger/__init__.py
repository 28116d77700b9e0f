"""Nothing lost, nothing twice: whatever dies, hangs or is missing, at whatever moment."""
