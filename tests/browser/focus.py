"""What the keyboard's focus shows on a page."""

from __future__ import annotations

from typing import Any

STEPS = 60

FOCUSED = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    return {
        what: `${one.tagName}.${one.className} ${(one.textContent || '').trim().slice(0, 30)}`,
        inside: !!one.closest('main'),
        visible: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
            && style.visibility !== 'hidden',
        marked: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
}
"""


def step(page: Any) -> dict[str, Any] | None:
    """Press Tab, and tell where the focus is; None past the last element."""
    page.keyboard.press("Tab")
    return page.evaluate(FOCUSED)


def walk(page: Any) -> tuple[int, list[str]]:
    """Press Tab up to 60 times: how many stops there are, and those that cannot be seen."""
    seen, lost = 0, []
    while seen < STEPS and (state := step(page)) is not None:
        seen += 1
        if not (state["visible"] and state["marked"]):
            lost.append(state["what"])
    return seen, lost
