"""The bot's metrics for Prometheus. The page is built only when it is asked for, so that counting stays cheap."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from bot import __version__
from bot.meters import BUCKETS, Beat, Histogram, Meters, Phase
from bot.store.tables.messages import Lane
from bot.web.health import Vitals, Waiting

CONTENT_TYPE = CONTENT_TYPE_LATEST


class MetricsPage:
    """Renders all metrics in Prometheus's text format."""

    def __init__(self, vitals: Vitals) -> None:
        self._vitals = vitals
        self._process = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._process)

    async def render(self) -> bytes:
        """The metrics as they are now. Without a database the numbers of the outbox are left out."""
        vitals = self._vitals
        registry = CollectorRegistry()
        try:
            due = await vitals.due()
        except Exception:  # noqa: BLE001  # without a database the other numbers must still be seen
            due = None
        registry.register(_Snapshot(vitals, due))
        return generate_latest(registry) + generate_latest(self._process)


class _Snapshot(Collector):
    """Metrics of the bot at one moment."""

    def __init__(self, vitals: Vitals, due: dict[str, Waiting] | None) -> None:
        self._vitals = vitals
        self._due = due

    def collect(self) -> Iterator[Metric]:
        """All families of metrics."""
        meters, now = self._vitals.meters, self._vitals.now()
        info = GaugeMetricFamily("encore_info", "The version that runs.", labels=("version",))
        info.add_metric((__version__,), 1)
        yield info
        yield GaugeMetricFamily(
            "encore_running", "1 while updates are taken and handled.", value=float(meters.phase is Phase.RUNNING)
        )
        yield from _updates(meters)
        yield from self._inbox(now)
        yield from self._outbox(now)
        yield from _calls(meters)
        yield from _writer(meters)
        yield from _memory(meters)
        yield from _beats(meters)
        if meters.books is not None:
            yield GaugeMetricFamily(
                "encore_books_sound", "1 if the last check found every coin.", value=float(meters.books.sound)
            )
            yield GaugeMetricFamily(
                "encore_books_checked_timestamp_seconds",
                "When the ledger was last added up.",
                value=meters.books.at.timestamp(),
            )

    def _inbox(self, now: datetime) -> Iterator[Metric]:
        intake = self._vitals.intake()
        depth = intake.depth if intake is not None else 0
        oldest = intake.oldest if intake is not None else None
        yield GaugeMetricFamily("encore_inbox_updates", "Updates taken and not done.", value=depth)
        yield GaugeMetricFamily(
            "encore_inbox_oldest_seconds", "How long the first of them has waited.", value=_age(oldest, now)
        )

    def _outbox(self, now: datetime) -> Iterator[Metric]:
        if self._due is None:
            return
        count = GaugeMetricFamily("encore_outbox_due", "Promised messages that are due.", labels=("lane",))
        age = GaugeMetricFamily("encore_outbox_oldest_seconds", "How late the first of them is.", labels=("lane",))
        for lane in Lane:
            waiting = self._due.get(lane)
            count.add_metric((lane,), waiting.count if waiting is not None else 0)
            age.add_metric((lane,), _age(waiting.oldest if waiting is not None else None, now))
        yield count
        yield age


def _updates(meters: Meters) -> Iterator[Metric]:
    for name, words, counted in (
        ("encore_updates_taken", "Updates stored in the inbox.", meters.taken),
        ("encore_updates_handled", "Updates done, failed ones included.", meters.handled),
        ("encore_updates_failed", "Updates that met a bug.", meters.failed),
        ("encore_updates_postponed", "Times an update was put off for a passing reason.", meters.postponed),
    ):
        family = CounterMetricFamily(name, words, labels=("kind",))
        for kind, count in counted.items():
            family.add_metric((kind,), count)
        yield family
    yield CounterMetricFamily(
        "encore_updates_set_aside", "Updates that couldn't be read or stored.", value=meters.set_aside
    )
    yield _histogram("encore_handling_seconds", "From a handler's start to its end.", meters.handling)


def _calls(meters: Meters) -> Iterator[Metric]:
    calls = CounterMetricFamily("encore_telegram_calls", "Calls to Telegram.", labels=("kind", "result"))
    for labels, count in meters.calls.items():
        calls.add_metric(labels, count)
    yield calls
    deliveries = CounterMetricFamily("encore_webhook_deliveries", "Calls of the webhook.", labels=("result",))
    for result, count in meters.deliveries.items():
        deliveries.add_metric((result,), count)
    yield deliveries
    yield GaugeMetricFamily(
        "encore_webhook_waiting", "Updates that waited at Telegram at the last look.", value=meters.waiting_at_telegram
    )
    yield CounterMetricFamily(
        "encore_whispers_refused", "Whispers that Telegram refused.", value=meters.whispers_refused
    )


def _writer(meters: Meters) -> Iterator[Metric]:
    yield CounterMetricFamily("encore_transactions", "Writing transactions begun.", value=meters.transactions)
    yield CounterMetricFamily("encore_commits", "Commits that they shared.", value=meters.commits)
    yield _histogram("encore_writer_wait_seconds", "From asking for a transaction to its start.", meters.writer_wait)


def _memory(meters: Meters) -> Iterator[Metric]:
    yield CounterMetricFamily(
        "encore_active_days", "Days on which a member was active in a room, written down.", value=meters.heard
    )
    yield CounterMetricFamily(
        "encore_answers",
        "People who answered a message within a day, once for each message.",
        value=meters.answers,
    )
    family = CounterMetricFamily("encore_memory_deleted", "Rows deleted after their time.", labels=("table",))
    for table, count in meters.forgotten.items():
        family.add_metric((table,), count)
    yield family


def _beats(meters: Meters) -> Iterator[Metric]:
    family = GaugeMetricFamily("encore_round_age_seconds", "How long ago a round came.", labels=("round",))
    for beat in Beat:
        seconds = meters.since(beat)
        if seconds is not None:
            family.add_metric((beat,), seconds)
    yield family


def _histogram(name: str, words: str, measured: Histogram) -> Metric:
    total = 0
    buckets = []
    for bound, count in zip((*(f"{bound:g}" for bound in BUCKETS), "+Inf"), measured.counts, strict=True):
        total += count
        buckets.append((bound, total))
    return HistogramMetricFamily(name, words, buckets=buckets, sum_value=measured.sum)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0
