"""Benchmarks: what a picture costs in time, as ratios against peers in one run."""
