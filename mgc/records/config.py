"""The configuration of a fit, and the hash of it that names the record."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from mgc.errors import MgcError
from mgc.features.names import AUDIO_VERSION
from mgc.models import BASELINES, CLASSICAL, classical, recipe
from mgc.models.recipe import ABLATIONS, VARIANTS, as_settings

FORMAT = 1


def canonical(config: Mapping[str, Any]) -> str:
    """JSON text of a configuration that is the same wherever it is written: keys sorted."""
    return json.dumps(
        config, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )


def fit_id(config: Mapping[str, Any]) -> str:
    """Name of a fit: 16 hex digits of the SHA-256 of its configuration."""
    return hashlib.sha256(canonical(config).encode("ascii")).hexdigest()[:16]


def configuration(
    edition: str,
    edition_hash: str,
    protocol: str,
    model: str,
    variant: str,
    seed: int,
    feature_version: str = AUDIO_VERSION,
) -> dict[str, Any]:
    """Everything that identifies a fit, as `config.json` holds it; its hash names the record.

    Raises MgcError for a variant that is about other models.
    """
    settings: dict[str, Any] = {}
    if model in CLASSICAL:
        settings = asdict(classical.RECIPES[model])
    elif model not in BASELINES:
        chosen = {**VARIANTS, **ABLATIONS}[variant]
        changed = chosen.changed(model)
        if chosen.changes and not changed:
            raise MgcError(f"the variant {variant} does not apply to {model}")
        settings = as_settings(replace(recipe(model, tuned=chosen.tuned), **changed), chosen)
    return {
        "format": FORMAT,
        "edition": edition,
        "edition_hash": edition_hash,
        "protocol": protocol,
        "model": model,
        # Nothing of a variant touches the baselines: one record serves all.
        "variant": "" if model in (*BASELINES, *CLASSICAL) else variant,
        "seed": seed,
        "feature_version": feature_version,
        "recipe": settings,
    }
