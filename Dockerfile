# One image for every process of the house; what a container does, and how one sees that it is well, its command and
# health check say (docker-compose.yml). Plain enough for Docker, Podman and Buildah, and no other image is fetched to
# read this file.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/linli/.venv
COPY requirements.lock /tmp/requirements.lock
RUN /opt/linli/.venv/bin/python -m pip install --require-hashes --no-deps --only-binary :all: -r /tmp/requirements.lock \
    && /opt/linli/.venv/bin/python -m pip uninstall --yes pip

FROM python:3.13-slim
# Number 10001 owns the secrets on the host (linli secrets); it has no home, no shell and nothing to write but its data.
RUN groupadd --gid 10001 linli \
    && useradd --uid 10001 --gid linli --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin linli \
    && install -d -o linli -g linli -m 0700 /var/lib/linli
WORKDIR /opt/linli
COPY --from=build /opt/linli/.venv .venv
COPY shared shared
COPY migrations migrations
COPY services services
COPY gateway gateway
ENV PATH=/opt/linli/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/var/lib/linli \
    HOST=0.0.0.0 \
    PORT=8000
RUN python -m compileall -q shared migrations services gateway
USER 10001:10001
VOLUME /var/lib/linli
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "gateway"]
