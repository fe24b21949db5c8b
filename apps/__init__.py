"""The ways in: the suite's server, the REST API and the command line."""
