"""nbval compares no pictures; nor must it compare those that `glue` wraps in a type of its own."""

import pytest

GLUED_PICTURES = tuple(
    f"application/papermill.record/image/{kind}" for kind in ("png", "jpeg", "svg+xml")
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for notebook in {item.parent for item in items}:
        if hasattr(notebook, "skip_compare"):
            plain = {*notebook.skip_compare, "image/svg+xml", *GLUED_PICTURES}
            notebook.skip_compare = tuple(sorted(plain))
