"""Music genre classification, carried out for real: the package behind the book."""


def __getattr__(name: str) -> str:
    """Look the version up when it is asked for: the look takes longer than all else here."""
    if name != "__version__":
        raise AttributeError(f"module 'mgc' has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mgc")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0.0.0+source"
