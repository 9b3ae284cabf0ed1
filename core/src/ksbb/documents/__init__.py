"""Printable documents: the handover report (BAST) and the travel document as PDF/A."""
