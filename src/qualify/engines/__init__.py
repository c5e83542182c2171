"""Where a playbook is compiled to SQL and run; the only way to a database."""
