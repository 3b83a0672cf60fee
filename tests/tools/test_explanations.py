"""What is on record of the maps is what the network that ships gives."""

from __future__ import annotations

import pandas as pd
import pytest

from mgc.datasets.tracks import GENRES
from mgc.experiments import explanations
from mgc.inference import network_file
from mgc.inference.make_network import shipped_record
from mgc.records.store import default_root
from tests.helpers.outside import ROOT
from tools.explanations import measure, spread

TABLE = explanations.load(ROOT / "book" / "records")
FACTS = explanations.load_facts(ROOT / "book" / "records")


def test_the_record_is_about_the_network_that_ships_and_a_spread_of_its_test_tracks():
    """Otherwise run `python -m tools.explanations`."""
    assert FACTS["network_sha256"] == network_file.sha256(network_file.shipped())
    test = shipped_record(default_root()).predictions.query("part == 'test'")
    tracks, first = sorted(test["track_id"]), spread(len(test))[: TABLE["track_id"].nunique()]
    assert sorted(TABLE["track_id"].unique()) == sorted(tracks[number] for number in first)
    assert TABLE["genre"].nunique() == len(GENRES)
    assert (TABLE.groupby("track_id").size() == 4).all()
    named = TABLE.drop_duplicates("track_id").set_index("track_id")["named"]
    p = test.set_index("track_id").loc[named.index].filter(like="p_")
    recorded = p.idxmax(axis=1).str.removeprefix("p_")
    assert (named == recorded).mean() > 0.9, "half the crops name what all of them name"


@pytest.mark.parametrize("place", [0, 12])
def test_rows_are_recomputed_from_the_archive(gtzan_archive, place):
    test = shipped_record(default_root()).predictions.query("part == 'test'")
    number = spread(len(test))[place]
    track = sorted(test["track_id"])[number]
    rows, facts = measure(gtzan_archive, track, number)
    fresh = pd.DataFrame(rows).set_index("method")
    kept = TABLE[TABLE["track_id"] == track].set_index("method")
    assert (fresh["named"] == kept["named"]).all()
    numbers = ["deletion", "insertion", "untrained", "untrained_size", "loudness", "agreement"]
    difference = (fresh[numbers] - kept.loc[fresh.index, numbers]).abs()
    assert difference.max().max() < 0.02
    assert abs(facts["gap"]) < 0.2 + 0.1 * abs(facts["apart"])
