"""The science of the suite: no user interface, no web framework, no network."""
