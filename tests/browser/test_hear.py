"""The clips in a browser: the line follows the sound, and keys and pictures move it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

LENGTH = 30.0
BLUES = "#hear-blues"
AT = (
    "(clip) => Number(document.querySelector(`${clip} .hear-stage`)"
    ".style.getPropertyValue('--at'))"
)
TIME = "(clip) => document.querySelector(`${clip} audio`).currentTime"


@pytest.fixture
def opened(browser: Any, site: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page, for a reader who asked for less motion where a test gives that option."""
    context = browser.new_context(**getattr(request, "param", {}))
    page, troubles = context.new_page(), list[str]()
    page.loaded = []
    page.on("pageerror", lambda error: troubles.append(f"{error.stack or error}"))
    page.on("console", lambda text: text.type == "error" and troubles.append(text.text))
    page.on("request", lambda request: page.loaded.append(request.url))
    page.goto(f"{site}hear.html")
    page.wait_for_selector(".hear-ready")
    yield page
    context.close()
    assert not [one for one in troubles if "hear" in one or "play()" in one]


def at(page: Any, clip: str = BLUES) -> float:
    return float(page.evaluate(AT, clip))


def start(page: Any, clip: str = BLUES) -> None:
    page.locator(f"{clip} .hear-play").click()
    page.wait_for_function(
        "(clip) => document.querySelector(`${clip} audio`).currentTime > 0.3", arg=clip
    )


def test_one_clip_is_shown_and_nothing_of_the_others_is_loaded(opened: Any) -> None:
    assert opened.locator(".hear-clip:visible").count() == 1
    opened.wait_for_load_state("networkidle")
    pictures = [url for url in opened.loaded if "_static/hear/" in url]
    assert {url.rpartition("/")[2] for url in pictures} <= {"blues-mel.webp", "blues-chroma.webp"}
    assert not [url for url in opened.loaded if url.endswith(".ogg")]


def test_the_line_follows_the_sound(opened: Any) -> None:
    start(opened)
    for _ in range(4):
        shown, time = opened.evaluate(
            "(clip) => new Promise((done) => requestAnimationFrame(() => done(["
            "Number(document.querySelector(`${clip} .hear-stage`).style.getPropertyValue('--at')),"
            "document.querySelector(`${clip} audio`).currentTime])))",
            BLUES,
        )
        assert shown * LENGTH == pytest.approx(time, abs=0.15)
        opened.wait_for_timeout(200)
    earlier = at(opened)
    opened.wait_for_timeout(400)
    assert at(opened) > earlier
    opened.locator(f"{BLUES} .hear-play").click()
    opened.wait_for_selector(f"{BLUES} .hear-play[aria-label='Play the blues clip']")
    opened.wait_for_timeout(100)
    stopped = at(opened)
    opened.wait_for_timeout(300)
    assert at(opened) == stopped
    slider = float(opened.locator(f"{BLUES} .hear-seek input").input_value())
    assert slider == pytest.approx(stopped * LENGTH, abs=0.02)


def test_the_keyboard_seeks_before_and_while_it_plays(opened: Any) -> None:
    opened.locator(f"{BLUES} .hear-seek input").focus()
    for key in ("PageUp", "PageUp", "ArrowRight", "ArrowRight", "ArrowLeft"):
        opened.keyboard.press(key)
    assert at(opened) * LENGTH == pytest.approx(11.0, abs=0.01)
    value = opened.locator(f"{BLUES} .hear-seek input").get_attribute("aria-valuetext")
    assert value == "11.0 seconds of 30"
    opened.keyboard.press(" ")
    opened.wait_for_function(
        "(clip) => document.querySelector(`${clip} audio`).currentTime > 11.1", arg=BLUES
    )
    time = float(opened.evaluate(TIME, BLUES))
    opened.keyboard.press("PageUp")
    opened.wait_for_timeout(300)
    assert float(opened.evaluate(TIME, BLUES)) > time + 4.5, "it plays on from there"
    assert at(opened) * LENGTH > time + 4.5
    opened.keyboard.press(" ")
    opened.keyboard.press("End")
    assert at(opened) == pytest.approx(1.0, abs=0.01)
    opened.keyboard.press("Home")
    opened.wait_for_timeout(100)
    assert at(opened) == 0.0
    assert opened.url.split("#")[0].endswith("hear.html"), "arrows turn no page here"


def test_a_press_on_a_picture_seeks(opened: Any) -> None:
    for lane, share in (("mel", 0.5), ("wave", 0.25), ("beats", 0.75)):
        plot = opened.locator(f"{BLUES} .hear-{lane} .hear-plot")
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        opened.mouse.click(box["x"] + share * box["width"], box["y"] + 20)
        assert at(opened) == pytest.approx(share, abs=0.005)
    line = opened.evaluate(
        "(clip) => { const plot = document.querySelector(`${clip} .hear-mel .hear-plot`);"
        " return parseFloat(getComputedStyle(plot, '::after').left) / plot.clientWidth }",
        BLUES,
    )
    assert line == pytest.approx(0.75, abs=0.005), "the line stands there in every picture"


def test_the_thumb_stands_below_the_line(opened: Any) -> None:
    opened.locator(f"{BLUES} .hear-seek input").focus()
    plot = opened.locator(f"{BLUES} .hear-mel .hear-plot").bounding_box()
    track = opened.locator(f"{BLUES} .hear-seek input").bounding_box()
    assert track["x"] + 8 == pytest.approx(plot["x"], abs=1)
    assert track["x"] + track["width"] - 8 == pytest.approx(plot["x"] + plot["width"], abs=1)


def test_another_genre_stops_the_first_and_can_be_linked(opened: Any, site: str) -> None:
    start(opened)
    opened.locator(".hear-genres input[value=hear-blues]").focus()
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#hear-classical").is_visible()
    assert not opened.locator(BLUES).is_visible()
    assert opened.evaluate("document.querySelector('#hear-blues audio').paused")
    assert opened.evaluate("location.hash") == "#hear-classical"
    opened.goto("about:blank")
    opened.goto(f"{site}hear.html#hear-jazz")
    opened.wait_for_selector(".hear-ready")
    assert opened.locator("#hear-jazz").is_visible()
    assert opened.locator(".hear-clip:visible").count() == 1


@pytest.mark.parametrize("opened", [{"reduced_motion": "reduce"}], indirect=True)
def test_with_reduced_motion_the_line_moves_by_whole_seconds(opened: Any) -> None:
    start(opened)
    seen = set()
    for _ in range(12):
        seen.add(round(at(opened) * LENGTH, 4))
        opened.wait_for_timeout(120)
    assert all(second == round(second) for second in seen), seen
    assert len(seen) > 1, "but it moves"
    assert opened.locator(".hear-dot.hear-on").count() == 0
    opened.locator(f"{BLUES} .hear-play").click()


def test_the_pitch_that_lights_up_is_that_of_the_data(opened: Any) -> None:
    opened.locator(f"{BLUES} .hear-seek input").focus()
    opened.keyboard.press("PageUp")
    pitch = opened.locator(BLUES).get_attribute("data-pitch")
    names = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"]
    expected = names[int(pitch[round(5 / LENGTH * (len(pitch) - 1))], 16)]
    assert opened.locator(f"{BLUES} .hear-note-name").inner_text() == expected
    lit = opened.locator(f"{BLUES} .hear-chroma .hear-on").all_inner_texts()
    assert lit[0].strip() == expected


def test_without_javascript_all_clips_have_figures_and_players(plain: Any) -> None:
    plain.goto(f"{plain.site}hear.html")
    assert plain.locator(".hear-clip:visible").count() == 10
    assert plain.locator(".hear-clip audio[controls]:visible").count() == 10
    assert plain.locator(".hear-plot > :is(img, svg):visible").count() == 40
