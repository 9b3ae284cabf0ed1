"""Programs that hear of life-cycle events: each by itself, in its time, and no more once it hung."""

import threading

import structlog

from ksbb.domain.text import Text
from ksbb.program import LifecycleEvent, ProgramSettings
from ksbb.programs.limits import Failed, Overrun, told, within
from ksbb.programs.loading import Listen
from ksbb.telemetry.metrics import HOOK_FAILURES

_log = structlog.get_logger("ksbb.programs")
REMEDY = Text(
    "mulai ulang platform setelah program itu diperbaiki; bila hanya lambat, naikkan programs.hook_seconds",
    "restart the platform once the program is repaired; if the hook is only slow, raise programs.hook_seconds",
)
"""What to do about a listener that was silenced."""


class Listener:
    """The life-cycle hook of one program. `failures` counts the events that it didn't take, `silenced` says why it isn't called."""

    def __init__(
        self, program_id: str, package: str, listen: Listen, settings: ProgramSettings, seconds: float
    ) -> None:
        self.failures = 0
        self.silenced: Text | None = None
        self._program_id = program_id
        self._package = package
        self._listen = listen
        self._settings = settings
        self._seconds = seconds
        self._one_by_one = threading.Lock()

    def tell(self, event: LifecycleEvent) -> None:
        """Tell it of an event; whatever it does, that is noted and goes no further. One that hasn't come back in time hears of
        no more until the platform is started again: each call would wait as long, and leave a thread behind.
        """
        with self._one_by_one:
            if self.silenced is not None:
                return
            try:
                within(self._seconds, lambda: self._listen(event=event, settings=self._settings), self._package)
            except Failed as error:
                self._note("lifecycle_hook_failed", event, error.error)
            except Overrun as error:
                about = f"{event.stage} {event.commitment_number}"
                self.silenced = Text(
                    f"hook ksbb_lifecycle, diberi tahu {about}, {error.told.id}; hook itu tidak dipanggil lagi",
                    f"its hook ksbb_lifecycle, told of {about}, {error.told.en}; it isn't called any more",
                )
                self._note("lifecycle_hook_hangs", event)

    def _note(self, what: str, event: LifecycleEvent, error: BaseException | None = None) -> None:
        self.failures += 1
        HOOK_FAILURES.labels(self._program_id).inc()
        _log.error(
            what,
            program=self._program_id,
            stage=event.stage,
            commitment=event.commitment_number,
            failures=self.failures,
            reason=told(error) if error else self.silenced.en if self.silenced else "",
            exc_info=error,
        )
