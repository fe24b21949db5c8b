"""The health check: whether the service can answer, and with which models."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core.cardiosense.model import models


class Health(BaseModel):
    """State of the service."""

    status: Literal["ok"] = Field(description="The models are loaded and verified.")
    version: str = Field(description="Version of the API.")
    model: str = Field(description="Name and hash of the model folder in use.")
    uptime_s: float = Field(description="Seconds since the process started to serve.")


def router(version: str) -> APIRouter:
    """Build the route of the health check.

    Parameters
    ----------
    version : str
        Version of the API.
    """
    routes = APIRouter(tags=["health"])
    began = time.monotonic()

    @routes.get("/health")
    def health() -> Health:
        """Report whether the models are loaded and verified; needs no key."""
        return Health(
            status="ok",
            version=version,
            model=models().artifact.tag,
            uptime_s=round(time.monotonic() - began, 3),
        )

    return routes
