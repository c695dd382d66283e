"""Targets for a fuzzer: each is one function that takes any bytes and fails when a promise is broken."""
