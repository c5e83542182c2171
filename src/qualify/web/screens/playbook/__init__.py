"""The playbook: read, edited as drafts, planned, agreed on, and looked back at."""
