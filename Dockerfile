# One image for every process; the command tells which.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements/runtime.txt requirements/runtime.txt
RUN python -m venv /opt/storyfold \
 && /opt/storyfold/bin/pip install --no-cache-dir --no-deps --require-hashes --requirement requirements/runtime.txt
COPY pyproject.toml README.md ./
COPY services services
COPY workers workers
COPY shared shared
RUN /opt/storyfold/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home storyfold \
 && install --directory --owner storyfold /var/lib/storyfold
COPY --from=build /opt/storyfold /opt/storyfold
WORKDIR /srv/storyfold
COPY examples examples
ENV PATH=/opt/storyfold/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STORYFOLD_STATE=/var/lib/storyfold
USER 10001
CMD ["storyfold", "--help"]
