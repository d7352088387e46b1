"""Every error that this package raises on purpose, as one tree. Knows nothing about how an error is shown.

    ErgoError
    ├─ InputError        what a person gave cannot be used; shown beside the field, nothing is saved
    │  ├─ ImageUnreadable    the file is not a photo that the door accepts
    │  ├─ BoxInvalid         a box has no area, is not finite, or lies outside its frame
    │  ├─ QuestionEmpty      there is no question, or it is too long
    │  ├─ SettingInvalid     a setting is unknown or out of range
    │  ├─ RowsInvalid        a file is no output of a batch, or belongs to other questions
    │  ├─ SourceInvalid      what is to be imported, or a row of it, cannot be read
    │  └─ CannotCalibrate    the traces have no samples or targets, or are of several models
    ├─ EngineError       the model cannot answer; the trace is kept with outcome "failed"
    │  ├─ EngineUnavailable  the engine cannot start, or stopped
    │  │  └─ RequestRefused  a server understood us and will not: the same again is no use
    │  ├─ ModelNotFound      neither a folder nor a model that the hub can give
    │  ├─ OutOfMemory        the device has too little memory for this request
    │  └─ FrameMismatch      the processor resized a view again: its boxes would be in a wrong frame
    ├─ HubFailed         the Hub does not take, or give, what is kept; it waits for the next time
    ├─ PhotoExpired      the stored photo is gone: it was deleted, or its time is over
    ├─ Interrupted       somebody stopped an export; what was made is kept for the next try (exports/folder.py)
    ├─ Denied            nobody is signed in, or somebody who may not (ui/annotate/answers.py)
    ├─ Superseded        a newer request of the same person took its place (there, too)
    └─ StoreError        nothing was saved; better refused than guessed
       ├─ DatabaseTooNew     a newer program wrote the store
       ├─ DatabaseLocked     another program holds it for too long
       ├─ StoreUnreachable   there is no such database, or no driver for it
       ├─ StoreUnsafe        it would lie where a power cut, or a web server, could get at it
       ├─ StoreDamaged       what is read is not what was written
       ├─ NotWritten         the disk is full, or cannot be written
       ├─ Forgotten          the image or person was to be forgotten, and stays so
       └─ NotThere           there is no such item, or none of this person's

A model that answers badly is no error: it is an outcome (see records.Outcome).
"""


class ErgoError(Exception):
    """What happened (with the value), and what to do about it.

    >>> str(ErgoError("The port 7860 is taken.", remedy="Choose another one with --port."))
    'The port 7860 is taken. Choose another one with --port.'
    """

    def __init__(self, problem: str, *, remedy: str) -> None:
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive the default pickling, and on ZeroGPU errors cross processes.
        return (_rebuild, (type(self), self.problem, self.remedy))


def _rebuild(kind: type[ErgoError], problem: str, remedy: str) -> ErgoError:
    return kind(problem, remedy=remedy)


class InputError(ErgoError, ValueError):
    """What a person or a program gave cannot be used."""


class ImageUnreadable(InputError):
    """The file is not a photo that the door accepts."""


class BoxInvalid(InputError):
    """A box has no area, is not finite, or lies outside its frame."""


class QuestionEmpty(InputError):
    """There is no question, or it is too long to be one."""


class SettingInvalid(InputError):
    """A setting is unknown or out of range."""


class CannotCalibrate(InputError):
    """The traces do not make one calibration."""


class RowsInvalid(InputError):
    """The file is no output of a batch, or belongs to other questions."""


class SourceInvalid(InputError):
    """What is to be imported, or a row of it, cannot be read."""


class EngineError(ErgoError):
    """The model cannot answer."""


class EngineUnavailable(EngineError):
    """The engine cannot start, or stopped."""


class RequestRefused(EngineUnavailable):
    """A server understood us and will not: asking the same again is no use, asking otherwise may be."""


class ModelNotFound(EngineError):
    """Neither a folder nor a model that the hub can give."""


class OutOfMemory(EngineError):
    """The device has too little memory for this request."""


class FrameMismatch(EngineError):
    """The processor resized a view again, so boxes would be read in a wrong frame."""


class PhotoExpired(ErgoError):
    """The stored photo is gone."""


class StoreError(ErgoError):
    """The store did not do it; nothing was saved."""


class DatabaseTooNew(StoreError):
    """A newer program wrote the store."""


class DatabaseLocked(StoreError):
    """Another program holds the store for too long."""


class StoreUnreachable(StoreError):
    """There is no such database, or no driver for it."""


class StoreUnsafe(StoreError):
    """The store would lie where a power cut, or a web server, could get at it."""


class StoreDamaged(StoreError):
    """What is read is not what was written."""


class NotWritten(StoreError):
    """The disk is full, or cannot be written."""


class HubFailed(ErgoError):
    """The Hub does not take, or give, what is kept; it waits for the next time."""


class Forgotten(StoreError):
    """The image or person was to be forgotten, and stays so."""


class NotThere(StoreError):
    """There is no such item, or none of this person's."""
