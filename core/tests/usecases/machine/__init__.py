"""The whole chain as a machine of random acts: a model in plain Python, the laws, and the platform that must follow."""
