# One image for every process of Barometer: what runs in it is the command (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build

COPY requirements/runtime.txt /tmp/runtime.txt
RUN python -m venv /opt/barometer/.venv \
 && /opt/barometer/.venv/bin/python -m pip --disable-pip-version-check install --no-cache-dir --no-deps \
      --only-binary :all: --require-hashes -r /tmp/runtime.txt


FROM python:3.11-slim-bookworm

ENV PATH=/opt/barometer/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/var/lib/barometer \
    KEY_DIR=/var/lib/barometer-keys \
    STATIC_ROOT=/opt/barometer/static-collected \
    BIND=0.0.0.0:8000

RUN groupadd --system --gid 10001 barometer \
 && useradd --system --uid 10001 --gid barometer --home-dir /var/lib/barometer --shell /usr/sbin/nologin barometer \
 && install --directory --owner barometer --group barometer --mode 0700 /var/lib/barometer /var/lib/barometer-keys

COPY --from=build /opt/barometer/.venv /opt/barometer/.venv
WORKDIR /opt/barometer
COPY manage.py ./
COPY barometer barometer
COPY surveys surveys
COPY respondents respondents
COPY results results
COPY templates templates
COPY static static

# The stylesheets and scripts are part of the image; collecting them needs no secret and no database. A checkout may be
# readable by its owner alone.
RUN chmod --recursive a+rX manage.py barometer surveys respondents results templates static \
 && DEBUG=0 SECRET_KEY=for-collecting-only SITE_URL=http://localhost VAR_DIR=/tmp/collecting \
      python manage.py collectstatic --noinput --verbosity 0 \
 && python -m compileall -q barometer surveys respondents results \
 && rm -rf /tmp/collecting

USER barometer
EXPOSE 8000
CMD ["gunicorn", "--config", "python:barometer.gunicorn", "barometer.wsgi"]
