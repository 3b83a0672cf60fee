"""Measure false alarms and delays of `mgc monitor`: `python -m tools.monitoring --out STORE`.

Streams are drawn from what the network that ships is on record to have answered: to the training
part of GTZAN while its head learned from other artists, to the test part, to recordings in other
file formats, and to sounds that are not GTZAN. It needs minutes, and no audio.
`mgc.service.records.load_monitoring` reads the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import pandas as pd

from mgc.cli.tables import console_for_output, print_frame
from mgc.cli.terminal import plain_where_needed
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.evaluation import stability, transfer
from mgc.evaluation.clusters import artist_groups
from mgc.evaluation.drift import HORIZON, Detector
from mgc.inference import probes
from mgc.service.records import MONITORING_FILE
from mgc.typing import Double
from mgc.util.atomic import write_whole
from mgc.util.textfiles import csv_bytes

EDITION = "gtzan-archive"
RUNS, SPLITS = 200, 10
BEFORE, AFTER = 200, 500
"""Tracks of a stream before and after something else sets in."""
WINDOWS = (25, 50, 100)
FORMS = ("MP3, 44.1 kHz, 128 kbit/s", "MP3, 22.05 kHz, 64 kbit/s")

Pair = tuple[Double, Double]
"""Answers that are the reference, and those of a stream."""


def unchanged(root: Path) -> dict[str, tuple[list[Pair], bool]]:
    """Draw up streams in which nothing changes; also tell whether tracks come more than once."""
    known = transfer.load(root).record.predictions
    groups = artist_groups(EDITION)
    artist = known["track_id"].map(lambda name: groups.get(name, name))
    rng = np.random.default_rng(0)

    def halves(names: pd.Series[str]) -> list[Pair]:
        splits = []
        for _ in range(SPLITS):
            all_names = np.array(sorted(set(names)))
            chosen = names.isin(rng.permutation(all_names)[: len(all_names) // 2])
            splits.append((_values(known[chosen]), _values(known[~chosen])))
        return splits

    everything = _values(known)
    return {
        "nothing; the tracks of the reference, again and again":
            ([(everything, everything)], True),
        "nothing; the other half of the tracks": (halves(known["track_id"]), False),
        "nothing; the other half of the artists": (halves(artist), False),
    }  # fmt: skip


def changes(root: Path) -> dict[str, tuple[Double, Double]]:
    """Draw up what sets in: the answers that are usual before, and those that come then."""
    predictions = transfer.load(root).record.predictions
    train, test = (predictions[predictions["part"] == part] for part in ("train", "test"))
    forms = stability.load(root / "transfer").answers
    original = _values(forms[forms["form"] == stability.ORIGINAL])
    sounds = probes.load(root / "transfer")
    hiphop = test[test["genre"] == "hiphop"].sample(len(test), replace=True, random_state=0)
    quiet = test["genre"].isin(["classical", "jazz"])
    other = {
        "half of the tracks are hip-hop": pd.concat([hiphop, test]),
        "no classical music and no jazz any more": test[~quiet],
        "composed clips": sounds[sounds["kind"] == "composed"],
        "noise and tones": sounds[sounds["kind"] == "no music"],
        "speech": sounds[sounds["kind"] == "speech"],
    }
    usual = _values(train)
    return {name: (usual, _values(frame)) for name, frame in other.items()} | {
        f"the same recordings as {form}": (original, _values(forms[forms["form"] == form]))
        for form in FORMS
    }


def false_alarms(pairs: Sequence[Pair], again: bool, window: int) -> dict[str, float]:
    """Let streams pass by in which nothing changes, and count those with an alarm."""
    rng, alarms = np.random.default_rng(1), []
    length = HORIZON if again else min(len(stream) for _, stream in pairs)
    for reference, stream in pairs:
        detector = Detector(reference, GENRES, len(GENRES), window)
        for _ in range(RUNS // len(pairs)):
            drawn = stream[rng.choice(len(stream), size=length, replace=again)]
            alarms.append(len(detector.alarms(drawn)) > 0)
    return {"tracks": length, "false_alarms": float(np.mean(alarms))}


def delays(usual: Double, other: Double, window: int) -> dict[str, float]:
    """Let something else set in after `BEFORE` tracks, and count until the alarm."""
    rng, found = np.random.default_rng(1), []
    detector = Detector(usual, GENRES, len(GENRES), window)
    for _ in range(RUNS):
        drawn = [
            rows[rng.integers(len(rows), size=n)] for rows, n in ((usual, BEFORE), (other, AFTER))
        ]
        alarms = detector.alarms(np.concatenate(drawn))
        later = alarms[alarms > BEFORE]
        found.append(later[0] - BEFORE if len(later) else np.inf)
    quantiles = np.quantile(found, (0.5, 0.9), method="higher")
    median, late = (float(q) if np.isfinite(q) else np.nan for q in quantiles)
    share = float(np.isfinite(found).mean())
    return {"tracks": AFTER, "found": share, "median_delay": median, "p90_delay": late}


def _values(frame: pd.DataFrame) -> Double:
    return frame[list(P_COLUMNS)].dropna().to_numpy(dtype=np.float64)


@click.command()
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True,
              help="Store of records to read and to write to.")  # fmt: skip
def main(out: Path) -> None:
    """Measure how often a monitor alarms without cause, and how soon with one."""
    plain_where_needed()
    rows = [
        {"sets_in": name, "window": window, **false_alarms(pairs, again, window)}
        for name, (pairs, again) in unchanged(out).items()
        for window in WINDOWS
    ] + [
        {"sets_in": name, "window": window, **delays(usual, other, window)}
        for name, (usual, other) in changes(out).items()
        for window in WINDOWS
    ]
    table = pd.DataFrame(rows)
    target = out / MONITORING_FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, csv_bytes(table, "%.6g"))
    print_frame(console_for_output(), "Monitor", table, {})


if __name__ == "__main__":
    main(prog_name="python -m tools.monitoring")
