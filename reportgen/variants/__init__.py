"""Variants: one report many times, each with its own givens.

    variants.toml -> spec --.
    students.csv  -> data --+-> records -> make (derive, judge, render, read back, look for leaks) -> files with digests -> sheet
    --seed N      -> seeds -'

A record is plain data (an id, texts, exact values as text) and a variant is made from it alone: the same record gives the
same bytes, whatever was made before it, and on whichever machine.
"""
