"""Quality tiers of programs, judged by machine: `ksbb programs check`, and the tests that `ProgramContract` makes of them.

One rule a file in `rules/`; `README.md` describes them and is written by `python -m ksbb.testing.quality`. `engine` needs
Hypothesis.
"""
