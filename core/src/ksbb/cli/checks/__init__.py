"""What `ksbb doctor` looks at: each check gives lines that say how a thing stands and, where it isn't well, what to do."""
