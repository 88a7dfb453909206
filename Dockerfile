# The bot as an image, for docker, podman and buildah: docs/operations.md, "In a container".
#
#   docker build -t encore .
#
# The image that it is built on must have Python 3.11 or newer as python3, and Debian's packages.
ARG PYTHON=docker.io/library/python:3.11-slim-bookworm

FROM ${PYTHON} AS build
RUN python3 -m venv /opt/encore/.venv
WORKDIR /opt/encore
COPY requirements.txt ./
# Wheels only, so no compiler is needed. pip isn't part of the finished image.
RUN .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --only-binary=:all: -r requirements.txt \
    && .venv/bin/python -m pip uninstall --yes --quiet --disable-pip-version-check pip setuptools
COPY bot bot
COPY migrations migrations
COPY docs/verify.html docs/verify.html
COPY deploy/healthy.py deploy/healthy.py
# All is compiled here, since the account that runs the bot can't write to this folder.
RUN .venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash . \
    && .venv/bin/python -m bot.content

FROM ${PYTHON}
# Fonts for pictures of reports. fontconfig's list of them is made here: the first look would take seconds.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fontconfig fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && fc-cache --force \
    && groupadd --gid 10001 encore \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin encore \
    && install --directory --owner=encore --group=encore --mode=0700 /data
COPY --from=build /opt/encore /opt/encore
# The bot is started in the folder of its data, where it also keeps its mark (.encore-database).
ENV PATH=/opt/encore/.venv/bin:$PATH \
    PYTHONPATH=/opt/encore \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/encore.db \
    METRICS_PORT=9108
USER encore
WORKDIR /data
VOLUME /data
# A start waits for Telegram as long as it takes, and /healthz answers meanwhile.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "-S", "/opt/encore/deploy/healthy.py"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
