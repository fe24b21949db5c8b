"""The health check: whether the service can answer, and with which models."""

from __future__ import annotations

import time
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core.breast_cancer.model import models as breast_cancer_models
from core.cardiosense.model import models as cardiosense_models
from core.guardian import knowledge
from core.respiratory.runtime import artifact as respiratory_artifact
from core.saliency.networks.stored import artifact as saliency_artifact


class Health(BaseModel):
    """State of the service."""

    status: Literal["ok"] = Field(description="The models are loaded and verified.")
    version: str = Field(description="Version of the API.")
    models: dict[str, str] = Field(description="By system, name and hash of the model folder.")
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
            models={
                "breast_cancer": breast_cancer_models().tag,
                "cardiosense": cardiosense_models().artifact.tag,
                "guardian": knowledge().version,
                "respiratory": respiratory_artifact().tag,
                "saliency": saliency_artifact().tag,
            },
            uptime_s=round(time.monotonic() - began, 3),
        )

    return routes
