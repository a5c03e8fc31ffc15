"""Surveys: what is asked, who may answer, what is counted, and what can be shown."""
