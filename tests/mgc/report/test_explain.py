"""A record in words: everything that matters is told, and nothing that did not act."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from mgc.cli.main import main
from mgc.datasets.splits import ALL_PROTOCOLS
from mgc.models import NAMES, recipe
from mgc.models.recipe import Recipe, TunedRecipe, Variant, as_settings
from mgc.records.config import configuration
from mgc.report.explain import RULES, acting_settings, explain
from mgc.training import folds, transfer
from mgc.training.fold_fit import FoldFit, Settings
from tests.helpers.arrays import make_arrays, one_fold
from tests.helpers.gtzan import save_fit


def test_a_record_is_told_in_words(study):
    """What, on what, when, how long, with which versions, what followed; from the shell too."""
    record = save_fit(study.store, study.edition_record, "mlp", 0.5)
    text = explain(record, study.store)
    for part in ("MLP", "tuned", "seed 0", "gtzan-archive", "1,000 tracks", "random",
                 "keras 3.15.1", "Python 3.11.7", "1.5\u00a0min", "commit abc", "mixup 0.3",
                 "mgc run"):  # fmt: skip
        assert part in text, part
    assert "patience" not in text
    command = ["audit", record.fit_id[:6], "--records", str(study.store.root)]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0
    assert ran.output.strip() == text
    study.store.leak.fits.mkdir(parents=True)
    record.path.rename(study.store.leak.fits / record.fit_id)
    apart = CliRunner().invoke(main, command)
    assert apart.output == ran.output, "fits of the page on leaks are found as well"
    missing = CliRunner().invoke(main, ["audit", "zzzz", "--records", str(study.store.root)])
    assert missing.exit_code == 1
    assert "no fit begins with zzzz" in missing.output


def test_every_protocol_has_its_rule():
    assert set(RULES) == set(ALL_PROTOCOLS)


@pytest.fixture(scope="module")
def eager():
    """Compute step by step: to compile a network takes longer than to run it so little."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


class Watched(dict):
    """Settings of a variant, beside those of its recipe; notes what is looked up."""

    def __getitem__(self, name):
        if name not in TunedRecipe.__dataclass_fields__:
            self.seen.add(name)
        return super().__getitem__(name)


def one_epoch(model, *, tuned):
    """Return settings of a short fit in which nothing is switched off."""
    plan = replace(
        recipe(model, tuned=tuned), batch_size=8, epochs=1, patience=1, warm_up=1,
        plateau_factor=0.5,
    )  # fmt: skip
    if isinstance(plan, TunedRecipe):
        plan = replace(
            plan, steps=1, crop_s=3.0, frame_rate=16.0, mixup=0.3, label_smoothing=0.1,
            weight_decay=0.01, batch_norm_momentum=0.9, mask=0.2, block="block4_pool",
            code_size=16,
        )  # fmt: skip
    return Watched(as_settings(plan, Variant(2, False, "pooled", tuned=tuned)))


def read_by_the_trainer(model, settings, folder):
    """Fit a fold, and note each setting that is looked at on the way."""
    seen = settings.seen = set()
    arrays = replace(make_arrays(n_frames=48, n_genres=3), frame_rate=16.0)
    arrays = replace(arrays, spectrogram=arrays.spectrogram[:, -48:])
    split = one_fold(arrays)
    variant = "tuned" if "steps" in settings else "as_written"
    config = configuration("custom", "0" * 64, "random", model, variant, 0)

    def look(plan, name):
        seen.add(name)
        return object.__getattribute__(plan, name)

    def columns(spectrograms, blocks, cache_dir, random_seed):
        return spectrograms.swapaxes(1, 2), 0.25

    def features(spectrograms, cache_dir):
        return spectrograms.mean(axis=2).repeat(11, axis=1)[:, :512], 0.25

    with pytest.MonkeyPatch.context() as patch:
        # They stand in for the VGG16 base, whose weights are not at hand everywhere.
        patch.setattr(transfer, "transfer_columns", columns)
        patch.setattr(transfer, "transfer_features", features)
        patch.setattr(Recipe, "__getattribute__", look)
        config["recipe"] = settings
        folds.fit_fold(FoldFit(arrays, split, split.folds[0], config, Settings(1, folder)))
    return seen & settings.keys()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("tuned", [False, True])
@pytest.mark.parametrize("model", NAMES)
def test_the_settings_told_are_those_that_the_trainer_reads(model, tuned, tmp_path):
    settings = one_epoch(model, tuned=tuned)
    told = set(acting_settings({"model": model, "recipe": settings}))
    read = read_by_the_trainer(model, settings, tmp_path)
    assert told <= read
    # These are looked at for every model, and passed on to what has no use for them.
    tuned_idle = {"batch_norm_momentum", "mask", "frame_rate", "representation"}
    assert read - told <= (tuned_idle if tuned else {"frame_pool"}) | {"precision"}


def test_what_a_recipe_leaves_out_is_told():
    settings = one_epoch("cnn", tuned=True)
    assert "dropout" not in acting_settings({"model": "cnn", "recipe": settings})
    told = acting_settings({"model": "cnn", "recipe": settings | {"dropout": False}})
    assert told["dropout"] is False


@pytest.mark.usefixtures("eager")
def test_a_schedule_that_is_switched_off_is_neither_read_nor_told(tmp_path):
    settings = one_epoch("mlp", tuned=False)
    settings["plateau_factor"] = 1.0
    told = set(acting_settings({"model": "mlp", "recipe": settings}))
    idle = {"plateau_patience", "min_learning_rate"}
    assert idle.isdisjoint(told | read_by_the_trainer("mlp", settings, tmp_path))
    assert "plateau_factor" not in told
