"""Arrays by the type of their values, for annotations."""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.float32]
Double = npt.NDArray[np.float64]
Grey = npt.NDArray[np.uint8]
IntArray = npt.NDArray[np.int64]
StrArray = npt.NDArray[np.str_]
