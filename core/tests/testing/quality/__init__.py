"""Tests of the rules of quality, with a program that keeps them all."""
