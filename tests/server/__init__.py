"""The resident as a process: started, spoken to, stopped and killed."""
