"""An audit on paper, in a browser, for a build server, in a model card."""
