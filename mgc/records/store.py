"""Records: one folder of small text files a fit, and the store that holds them.

A record is named by a hash of everything that decides its outcome, is written whole or not at
all, and is checked whenever it is read. What the book shows is computed from records.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from mgc.datasets.splits import Split
from mgc.errors import RecordError
from mgc.records.checks import (
    CHECKSUMS,
    FILES,
    check_architecture,
    check_config,
    check_environment,
    check_history,
    check_predictions,
)
from mgc.records.config import fit_id
from mgc.records.editions import EditionRecord, load_edition, write_edition
from mgc.typing import StrArray
from mgc.util.atomic import remove_leftovers, whole_folder
from mgc.util.machine import NOT_INSTALLED
from mgc.util.places import place_in
from mgc.util.textfiles import csv_bytes, fail, folders, json_bytes, read_csv, read_json, sha256

SORT_KEYS = ("edition", "protocol", "variant", "model", "seed")


@dataclass(frozen=True)
class NotRun:
    """Stands in every table where a model's record would, with the reason and the remedy."""

    model: str
    reason: str


@dataclass(frozen=True, eq=False)
class Record:
    """One fit: all folds of one (edition, protocol, model, variant, seed).

    Attributes
    ----------
    path : Path
    fit_id : str
        16 hex digits, the folder's name.
    config, environment : dict
    architecture : list of dict
        One a layer: name, type, output_shape, parameters, trainable.
    history : DataFrame
        Learning curves: fold, stage ("fit" or "autoencoder"), epoch, losses, accuracies, rate.
    predictions : DataFrame
        One row an example, part ("train", "valid" or "test") and fold; float64 probabilities.
    """

    path: Path
    fit_id: str
    config: dict[str, Any]
    environment: dict[str, Any]
    architecture: list[dict[str, Any]]
    history: pd.DataFrame
    predictions: pd.DataFrame

    @property
    def model(self) -> str:
        """Name of the model."""
        return str(self.config["model"])

    @property
    def edition_key(self) -> str:
        """Name of its edition's record in the store, as `EditionRecord.key`."""
        return f"{self.config['edition']}-{str(self.config['edition_hash'])[:8]}"

    @cached_property
    def test_rows(self) -> pd.DataFrame:
        """Rows of the test part, those of all folds together."""
        rows = self.predictions
        return rows[rows["part"] == "test"].reset_index(drop=True)

    @property
    def backend(self) -> str:
        """What Keras ran on: ``TensorFlow`` or ``JAX``."""
        packages = self.environment["packages"]
        return "JAX" if packages.get("tensorflow") == NOT_INSTALLED else "TensorFlow"

    @property
    def ran_on(self) -> tuple[str, str]:
        """Device and backend; times of fits compare only where these are the same."""
        return str(self.environment["device"]), self.backend

    @property
    def parameters(self) -> int:
        """Number of parameters of all layers together."""
        return sum(int(layer["parameters"]) for layer in self.architecture)


def split_of(record: Record, edition: EditionRecord) -> tuple[Split, StrArray]:
    """Draw the split of a record again, which proves itself; and the ids of its tracks."""
    split = edition.split(str(record.config["protocol"]), int(record.config["seed"]))
    return split, edition.usable["track_id"].to_numpy(dtype=str)


def load_record(path: str | Path) -> Record:
    """Read and check one record; raises RecordError that names the file and its fault."""
    folder = Path(path)
    if not folder.is_dir():
        raise RecordError(f"{folder}: no such record. Fit it, or name the right store.")
    config = _read_config(folder)
    environment, layers = folder / "environment.json", folder / "architecture.json"
    history, predictions = folder / "history.csv", folder / "predictions.csv"
    text = ("track_id", "part", "fold", "genre")
    record = Record(
        path=folder,
        fit_id=folder.name,
        config=config,
        environment=check_environment(read_json(environment), environment),
        architecture=check_architecture(read_json(layers), layers),
        history=check_history(read_csv(history, ("fold", "stage"), blanks=True), history),
        predictions=check_predictions(read_csv(predictions, text), config, predictions),
    )
    # Last, since a malformed file deserves a message that says what is wrong with it.
    _check_sums(folder)
    return record


def _read_config(folder: Path) -> dict[str, Any]:
    file = folder / "config.json"
    config = check_config(read_json(file), file)
    if fit_id(config) != folder.name:
        fail(file, f"hashes to {fit_id(config)}, but the folder is called {folder.name}")
    return config


def _check_sums(folder: Path) -> None:
    """Compare each file with the checksum that was written beside it."""
    sums = read_json(folder / CHECKSUMS)
    if not isinstance(sums, dict) or set(sums) != set(FILES):
        fail(folder / CHECKSUMS, "does not list exactly the files of a record")
    for name in FILES:
        if sums[name] != sha256(folder / name):
            fail(folder / name, "was changed after it was written (its checksum differs)")


class Store:
    """A folder of records: ``fits/<fit_id>/`` and ``editions/<key>/``.

    Parameters
    ----------
    root : str or Path
        Created when the first record is saved.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root)
        self._loaded: dict[str, tuple[tuple[tuple[int, int], ...], Record]] = {}

    @property
    def fits(self) -> Path:
        """Folder of the fits."""
        return self.root / "fits"

    @property
    def editions(self) -> Path:
        """Folder of the editions."""
        return self.root / "editions"

    @property
    def networks(self) -> Store:
        """Store of the records of networks that were written as files.

        Their predictions come from the file. A fit of the same name has the same recipe, no more.
        """
        return Store(self.root / "networks")

    @property
    def transfer(self) -> Store:
        """Store of the record of the network that learned elsewhere: training and test parts."""
        return Store(self.root / "transfer")

    @property
    def leak(self) -> Store:
        """Store of the fits behind the page on leaks, which no chapter compares with others."""
        return Store(self.root / "leak")

    @property
    def steps(self) -> Store:
        """Store of the fits behind the report's next steps; see `mgc.experiments`."""
        return Store(self.root / "steps")

    def save(
        self,
        config: Mapping[str, Any],
        environment: Mapping[str, Any],
        architecture: Sequence[Mapping[str, Any]],
        history: pd.DataFrame,
        predictions: pd.DataFrame,
    ) -> Record:
        """Check a finished fit and write it, whole or not at all.

        A record of the same configuration is replaced. Predictions are rounded to six
        decimals; what is returned is what was read back.

        Raises
        ------
        RecordError
            What is to be saved would not pass as a record.
        """
        settings = check_config(dict(config), self.fits / "config.json")
        target = self.fits / fit_id(settings)
        environment = check_environment(dict(environment), target / "environment.json")
        layers = check_architecture(
            [dict(layer) for layer in architecture], target / "architecture.json"
        )
        history = check_history(history, target / "history.csv")
        predictions = check_predictions(predictions, settings, target / "predictions.csv")
        with whole_folder(target) as folder:
            (folder / "config.json").write_bytes(json_bytes(settings))
            (folder / "environment.json").write_bytes(json_bytes(environment))
            (folder / "architecture.json").write_bytes(json_bytes(layers))
            (folder / "history.csv").write_bytes(csv_bytes(history, "%.8g"))
            (folder / "predictions.csv").write_bytes(csv_bytes(predictions, "%.6f"))
            (folder / CHECKSUMS).write_bytes(
                json_bytes({name: sha256(folder / name) for name in FILES})
            )
        return load_record(target)

    def get(self, fit: str) -> Record | None:
        """Record of a fit id, None when the store has none. Raises RecordError if damaged."""
        folder = self.fits / fit
        if not folder.is_dir():
            remove_leftovers(self.fits)  # a killed process may not have moved it into place
        return self._load(folder) if folder.is_dir() else None

    def _load(self, folder: Path) -> Record:
        """Read a record, once for all who ask for it, and again when a file of it was changed."""
        try:
            stats = [(folder / name).stat() for name in (*FILES, CHECKSUMS)]
        except OSError:
            return load_record(folder)  # which says what is missing
        stamp = tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)
        known = self._loaded.get(folder.name)
        if known is None or known[0] != stamp:
            known = self._loaded[folder.name] = (stamp, load_record(folder))
        return known[1]

    def find(self, **equals: Any) -> list[Record]:
        """Find the records whose configuration has these values.

        Sorted by edition, protocol, variant, model and seed. Raises RecordError when a
        record that matches is damaged, or any configuration is.
        """
        found = []
        for folder in folders(self.fits):
            config = _read_config(folder)
            if all(config.get(key) == value for key, value in equals.items()):
                found.append(self._load(folder))
        return sorted(found, key=lambda record: tuple(record.config[key] for key in SORT_KEYS))

    def find_everywhere(self) -> list[Record]:
        """Find all records of this store and of those beside it (`BESIDE`)."""
        stores = (self, *(Store(self.root / name) for name in BESIDE))
        return [record for store in stores for record in store.find()]

    def edition(self, name_or_key: str) -> EditionRecord | None:
        """Edition record by name or key, None when the store has none.

        Raises RecordError when it is damaged, or when several editions bear the name.
        """
        present = folders(self.editions)
        exact = [folder for folder in present if folder.name == name_or_key]
        named = exact or [f for f in present if f.name.rpartition("-")[0] == name_or_key]
        if len(named) > 1:
            keys = ", ".join(folder.name for folder in named)
            raise RecordError(
                f"{self.editions}: several editions {name_or_key}; give one of {keys}."
            )
        return load_edition(named[0]) if named else None

    def save_edition(self, edition: EditionRecord) -> None:
        """Write an edition record, whole or not at all; one of the same key is replaced."""
        write_edition(edition, self.editions / edition.key)


def default_root() -> Path:
    """Store of the published records: ``MGC_RECORDS``, else the nearest ``book/records`` upward.

    Raises RecordError where neither is there.
    """
    if (named := place_in("MGC_RECORDS")) is not None:
        return named
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "book" / "records").is_dir():
            return folder / "book" / "records"
    raise RecordError(
        f"No records: no folder book/records in {here} or above it. Work inside a clone of the "
        "project, or name a store in MGC_RECORDS."
    )


BESIDE = ("networks", "leak", "waterfall", "curves", "controls", "steps")
"""Stores in folders of a store: fits that no table of results counts."""
