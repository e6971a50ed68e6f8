"""The dashboard: pages that show what core computed. It chooses and draws; it computes nothing."""
