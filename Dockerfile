# One image for all roles: it serves (the default), migrates, schedules and works. docs/deploy.md
# explains it. BASE is a Debian, with or without Python.
ARG BASE=docker.io/library/python:3.13-slim-bookworm

FROM ${BASE} AS packages
RUN python3 -c "import ensurepip" \
    || { apt-get update && apt-get install -y --no-install-recommends ca-certificates python3-venv; }
# pip itself and what builds packages stay behind in /build.
RUN python3 -m venv /build && python3 -m venv --without-pip /venv
COPY requirements.lock .
RUN /build/bin/pip --no-cache-dir --python /venv/bin/python install --require-hashes -r requirements.lock

FROM ${BASE}
# pg_dump for copies of a PostgreSQL database.
RUN apt-get update \
    && apt-get install -y --no-install-recommends postgresql-client $(command -v python3 >/dev/null || echo python3) \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data classtracker \
    && install -d -m 700 -o classtracker -g classtracker /data /backups
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DATABASE_URL=sqlite:////data/db.sqlite3
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
RUN SECRET_KEY=only-to-collect python manage.py collectstatic --no-input \
    && python -m compileall -q classtracker scheduling
USER classtracker
VOLUME /data /backups
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD \
    ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/readyz', timeout=8)"]
STOPSIGNAL SIGTERM
CMD ["gunicorn", "classtracker.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm"]
