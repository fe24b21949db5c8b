"""What the running process needs: settings, logs and a worker process for heavy jobs."""

from __future__ import annotations
