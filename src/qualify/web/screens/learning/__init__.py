"""What history says: of the playbook's rules, of thresholds, of the best customers, and of what changed."""
