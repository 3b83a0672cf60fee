"""The page on one's own music: it gives Python's answer, soon, or says why it gives none."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr

from mgc.audio.samples import decode
from mgc.datasets import demo
from mgc.datasets.tracks import GENRES, P_COLUMNS
from mgc.features.tag_mel import RATE as SAMPLE_RATE
from mgc.inference import probes
from mgc.inference.classifier import Classifier
from tests.helpers.outside import ROOT

AGREE = 1e-3
SAVED = "fetch(document.querySelector('.try-save').href).then(answer => answer.json())"
SECONDS_TO_ANSWER = 3.0
HEAVY = re.compile(r"/try/(runtime|network)\.js$")
MINUTE = 60_000  # milliseconds; machines of CI may be slow where no speed is promised


@pytest.fixture(scope="module")
def page(browser: Any, site: str) -> Iterator[Any]:
    """The page, opened once; what its console complains about is kept in `complaints`."""
    context = browser.new_context(permissions=["microphone"], accept_downloads=True)
    opened = context.new_page()
    opened.set_default_timeout(MINUTE)
    opened.goto(f"{site}try.html")
    opened.complaints = []
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    if opened.locator(".try-missing").count():
        pytest.skip("this build was made without the runtime")
    yield opened
    context.close()


def load(path: Path) -> np.ndarray:
    """Read a file at the network's rate."""
    samples, rate = decode(path)
    return soxr.resample(samples, rate, SAMPLE_RATE, quality="HQ")


def wav(folder: Path, name: str, samples: np.ndarray, rate: int = SAMPLE_RATE) -> Path:
    """Write samples as they are, so that neither side converts anything."""
    file = folder / f"{name}.wav"
    soundfile.write(file, samples, rate, subtype="FLOAT")
    return file


def settled(page: Any, state: str) -> None:
    page.wait_for_function(
        "s => document.getElementById('mgc-try').dataset.state === s", arg=state
    )


def answer(page: Any, file: Path) -> dict[str, Any]:
    """Give the page a file, and read what it offers to save."""
    page.locator(".try-file").set_input_files(file)
    page.wait_for_function(
        "name => document.querySelector('.try-name').textContent === name", arg=file.name
    )
    settled(page, "done")
    (said,) = page.evaluate(SAVED)
    assert said["file"] == file.name
    return dict(said)


def problem(page: Any, file: Path) -> str:
    page.locator(".try-file").set_input_files(file)
    settled(page, "problem")
    return str(page.locator(".try-problem").inner_text())


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(threads=1)


def agree(page: Any, classifier: Any, file: Path) -> float:
    """Compare all that both say of a file; returns the largest difference of probabilities."""
    expected, found = classifier.answer(file), answer(page, file)
    assert found["verdict"] == expected.verdict
    assert [one["genre"] for one in found["top"]] == [genre for genre, _ in expected.top]
    assert found["duration_s"] == pytest.approx(expected.duration_s, abs=1e-3)
    pairs = [(found["probabilities"], expected.probabilities)]
    for ours, theirs in zip(found["windows"], expected.windows, strict=True):
        assert ours["start_s"] == pytest.approx(theirs.start_s, abs=1e-3)
        assert ours["verdict"] == theirs.verdict
        assert (ours["probabilities"] is None) == theirs.silent
        if not theirs.silent:
            assert [one["tag"] for one in ours["tags"]] == [tag for tag, _ in theirs.top_tags]
            assert ours["music"] == pytest.approx(theirs.music, abs=AGREE)
            pairs.append((ours["probabilities"], theirs.probabilities))
    crops = np.concatenate([window.crops for window in expected.windows])
    pairs += [(ours["probabilities"], p) for ours, p in zip(found["crops"], crops, strict=True)]
    middles = np.concatenate([window.middles_s for window in expected.windows])
    for ours, middle in zip(found["crops"], middles, strict=True):
        assert ours["start_s"] - 0.001 <= middle <= ours["end_s"] + 0.001
    gap = max(abs(ours[g] - p[k]) for ours, p in pairs for k, g in enumerate(GENRES))
    print(f"{file.stem}: {gap:.6f}")
    return float(gap)


@pytest.mark.parametrize("genre", GENRES)
def test_browser_and_python_agree_on_clips_of_the_demo_edition(page, classifier, genre, tmp_path):
    clip = f"{genre}.00004"
    file = wav(tmp_path, clip, load(demo.clip_path(clip)))
    assert agree(page, classifier, file) < AGREE


@pytest.mark.parametrize("genre", GENRES)
def test_browser_and_python_agree_on_clips_of_gtzan(page, classifier, genre, tmp_path, gtzan_mini):
    clip = sorted(gtzan_mini.rglob(f"{genre}.*.wav"))[3]
    assert agree(page, classifier, wav(tmp_path, clip.stem, load(clip))) < AGREE


@pytest.mark.parametrize(("rate", "tolerance"), [(44_100, 2e-3), (48_000, 1e-2), (11_025, 2e-3)])
@pytest.mark.parametrize("clip", ["rock.00001", "country.00005"])
def test_they_agree_on_files_of_other_sample_rates(
    page: Any, classifier: Any, clip: str, rate: int, tolerance: float, tmp_path: Path
) -> None:
    """Clips that are played too fast or too slow have sound where filters differ."""
    samples = np.tile(load(demo.clip_path(clip)), 2)
    file = wav(tmp_path, f"{clip}.{rate}", samples[: 14 * rate], rate)
    expected, found = classifier.answer(file).probabilities, answer(page, file)
    gap = max(abs(found["probabilities"][g] - expected[k]) for k, g in enumerate(GENRES))
    print(f"{clip} at {rate} Hz: {gap:.5f}")
    assert gap < tolerance


def test_a_long_file_is_heard_in_windows_and_silence_does_not_count(
    page: Any, classifier: Any, tmp_path: Path
) -> None:
    """Dithered silence behind music, a window of it, and a pause of six seconds."""
    music, rate = load(demo.clip_path("reggae.00002")), SAMPLE_RATE
    noise = np.random.default_rng(0).random((2, 44 * rate))
    quiet = (np.round(noise[0] - noise[1]) / 32768).astype(np.float32)
    samples = np.concatenate([music[: 22 * rate], quiet[6 * rate :], music[: 5 * rate],
                              quiet[: 6 * rate], music[7 * rate : 14 * rate + 7]])  # fmt: skip
    expected = classifier.answer(wav(tmp_path, "long", samples))
    assert [round(window.heard_s) for window in expected.windows] == [22, 0, 12]
    assert agree(page, classifier, tmp_path / "long.wav") < AGREE


def test_the_first_answer_comes_within_three_seconds_of_a_drop(page: Any, tmp_path: Path) -> None:
    """After a warm start: the network was asked before. From the drop to what a reader sees."""
    answer(page, wav(tmp_path, "warm", load(demo.clip_path("pop.00001"))))
    dropped = wav(tmp_path, "dropped", load(demo.clip_path("rock.00001")))
    seconds = page.evaluate(
        """async content => {
          const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], "dropped.wav"));
          const begin = performance.now();
          document.querySelector(".try-drop").dispatchEvent(
            new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
          const shown = () => document.querySelector(".try-name").textContent === "dropped.wav";
          while (!shown()) await new Promise(requestAnimationFrame);
          await new Promise(requestAnimationFrame);
          return (performance.now() - begin) / 1000;
        }""",
        base64.b64encode(dropped.read_bytes()).decode(),
    )
    print(f"first answer after {seconds:.2f} s")
    assert seconds < SECONDS_TO_ANSWER
    settled(page, "done")


def test_a_file_without_an_answer_gets_a_reason(page: Any, tmp_path: Path) -> None:
    text = tmp_path / "song.mp3"
    text.write_text("This is no music.\n" * 100)
    assert re.search(r"song\.mp3 cannot be decoded: it is no audio", problem(page, text))
    empty = tmp_path / "empty.wav"
    empty.write_bytes(b"")
    assert re.search(r"empty\.wav is empty", problem(page, empty))
    noise = np.random.default_rng(0).normal(0, 0.1, 2 * SAMPLE_RATE).astype(np.float32)
    short = problem(page, wav(tmp_path, "short", noise))
    assert re.search(r"short\.wav is too short: 2\.0 s", short)
    cut = tmp_path / "cut.ogg"
    cut.write_bytes(demo.clip_path("jazz.00001").read_bytes()[:2000])
    assert re.search(r"cut\.ogg (cannot be decoded|is too short)", problem(page, cut))
    # What was there before a reason stays, and the next file is heard.
    silence = answer(page, wav(tmp_path, "silence", np.zeros(5 * SAMPLE_RATE, np.float32)))
    assert silence["verdict"] == "silent"
    assert silence["top"] == []
    assert silence["probabilities"] is None
    assert page.locator(".try-verdict").inner_text() == "No genre"
    assert page.locator(".try-first").count() == 0
    assert page.locator(".try-problem").inner_text() == ""
    assert page.complaints == []


def test_a_file_that_lasts_too_long_is_refused_before_it_is_decoded(
    page: Any, tmp_path: Path
) -> None:
    file = tmp_path / "opera.flac"
    soundfile.write(file, np.zeros(11 * 60 * 8000, np.float32), 8000)
    assert "lasts longer than 10 minutes" in problem(page, file)


def test_channels_are_averaged(page: Any, tmp_path: Path) -> None:
    one = load(demo.clip_path("disco.00001"))
    noise = np.random.default_rng(1).normal(0, 0.1, len(one)).astype(np.float32)
    both = np.stack([one + noise, one - noise], axis=1)
    alone = answer(page, wav(tmp_path, "one", one))["probabilities"]
    mixed = answer(page, wav(tmp_path, "both", both))["probabilities"]
    assert max(abs(alone[genre] - mixed[genre]) for genre in GENRES) < 0.02


def test_channels_that_cancel_are_heard_all_the_same(
    page: Any, classifier: Any, tmp_path: Path
) -> None:
    one = load(demo.clip_path("disco.00001"))
    upside_down = wav(tmp_path, "cancelled", np.stack([one, -one], axis=1))
    assert agree(page, classifier, upside_down) < AGREE
    assert classifier.answer(upside_down).verdict != "silent"


def focused(page: Any) -> str:
    return str(page.evaluate("document.activeElement.className"))


def tab_to(page: Any, name: str) -> None:
    for _ in range(12):
        page.keyboard.press("Tab")
        if name in focused(page):
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def test_the_keyboard_alone_chooses_a_file_hears_it_and_opens_the_table(
    page: Any, tmp_path: Path
) -> None:
    file = wav(tmp_path, "chosen", load(demo.clip_path("blues.00001")))
    page.locator("#mgc-try").evaluate("e => { e.tabIndex = -1; e.focus(); }")
    tab_to(page, "try-file")
    with page.expect_file_chooser() as chooser:
        page.wait_for_timeout(500)  # Chromium hears a moment later that choosers are awaited
        page.keyboard.press("Enter")
    chooser.value.set_files(file)
    page.wait_for_function("document.querySelector('.try-name').textContent === 'chosen.wav'")
    settled(page, "done")
    tab_to(page, "try-record")
    tab_to(page, "try-example")
    tab_to(page, "try-player")
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.try-player').currentTime > 0.3")
    assert page.locator(".try-now").inner_text().startswith("The marks, at 0:0")
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    page.keyboard.press("Enter")
    assert page.locator(".try-table tbody tr").count() == 5
    assert page.locator(".try-table").is_visible()
    tab_to(page, "try-save")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "chosen.genres.json"


def test_a_recording_is_classified(page: Any) -> None:
    """The browser's microphone is an artificial one that beeps."""
    page.locator(".try-record").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.try-status').textContent.includes(': 4 of')")
    assert page.locator(".try-record").inner_text() == "Stop and listen"
    page.keyboard.press("Enter")
    settled(page, "done")
    assert page.locator(".try-name").inner_text() == "Your recording"
    assert page.locator(".try-record").inner_text() == "Record 10 seconds"


def test_the_network_is_loaded_on_demand_and_from_beside_the_page(browser: Any, site: str) -> None:
    with browser.new_context() as context:
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}01_objective.html")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if "/try/" in url]
        page.goto(f"{site}try.html")
        page.wait_for_load_state("networkidle")
        assert not [url for url in asked if HEAVY.search(url)]
        before = len(asked)
        page.locator(".try-record").focus()
        page.wait_for_function("window.mgcTry && mgcTry.ready().then(() => true)", timeout=MINUTE)
        assert len([url for url in asked if HEAVY.search(url)]) == 2
        assert [url for url in asked[before:] if not url.startswith((site, "blob:"))] == []


def test_it_works_as_a_file_and_says_what_is_on_record(browser: Any, folder: Path) -> None:
    crops = probes.load_crops(ROOT / "book" / "records" / "transfer")
    expected = crops.loc[crops["name"] == probes.EXAMPLES[0], list(P_COLUMNS)].to_numpy()
    with browser.new_context() as context:
        page = context.new_page()
        page.goto((folder / "try.html").as_uri())
        page.locator(".try-example").first.click(timeout=MINUTE)
        page.wait_for_function(
            "document.getElementById('mgc-try').dataset.state === 'done'", timeout=MINUTE
        )
        (said,) = page.evaluate(SAVED)
    found = np.array([[crop["probabilities"][g] for g in GENRES] for crop in said["crops"]])
    # The browser decodes Ogg Vorbis by other code than Python, so crops differ a little.
    assert np.abs(found - expected).max() < 0.03
    assert np.abs(found.mean(axis=0) - expected.mean(axis=0)).max() < 5 * AGREE


def test_without_javascript_the_page_is_a_figure(plain: Any) -> None:
    plain.goto(f"{plain.site}try.html")
    assert not plain.locator(".try-drop").is_visible()
    assert plain.locator(".try-drawn").is_visible()
    assert plain.locator(".try-drawn").evaluate("e => e.naturalWidth") > 0
    assert plain.locator(".try-bars li").count() == len(GENRES)
    assert plain.locator(".try-stack polygon").count() == len(GENRES)
    assert "How often it is wrong" in plain.locator("main").inner_text()
