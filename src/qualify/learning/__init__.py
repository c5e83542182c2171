"""What past outcomes say: labels, snapshots, leaks, likelihood, learned points, thresholds, ICPs and drift.

The room takes tables and columns and gives conclusions; it reads no clock and opens no connection. It writes
*proposals*, never the playbook. Where it is not sure, or there is nothing to learn, it says so.
"""
