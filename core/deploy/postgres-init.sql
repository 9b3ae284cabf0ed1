-- Prefect's own database, beside KSBB's: what it holds is never the truth, and it is backed up, upgraded and dropped apart.
CREATE DATABASE prefect;
