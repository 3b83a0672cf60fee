"""Tracks, editions, GTZAN's facts, archive files, checks and cleaning, protocols and splits."""
