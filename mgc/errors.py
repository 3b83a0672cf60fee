"""The errors that a user can meet: each names the thing that is wrong and the remedy."""


class MgcError(Exception):
    """Base of all errors raised on purpose; the command line prints it as one sentence."""


class DataError(MgcError):
    """A data set, a folder or a table that cannot be used as it is."""


class AudioError(MgcError):
    """An audio file that cannot be decoded, or samples that hold no usable signal."""


class FeatureError(MgcError):
    """Samples from which no features can be computed."""


class RecordError(MgcError):
    """A record that is damaged, incomplete or does not match its own hash."""


class WeightsError(MgcError):
    """Pre-trained weights that are missing or are not what they should be."""


class ClusterError(MgcError):
    """Workers that cannot be reached or do not fit, or a package that they need and is missing."""


class BookError(MgcError):
    """A chapter or a page that could not be built."""


class NetworkError(MgcError):
    """A file that holds no network, or one that cannot be trusted or used here."""
