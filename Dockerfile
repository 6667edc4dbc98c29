# One image for every process; the command tells which.
FROM python:3.12-slim-bookworm AS build
WORKDIR /build
COPY requirements/runtime.txt requirements/runtime.txt
# The packages go to a folder of their own, without an installer beside them.
RUN python -m venv --without-pip /opt/storyfold \
 && python -m pip --python /opt/storyfold/bin/python install --no-cache-dir --no-deps --require-hashes --requirement requirements/runtime.txt
COPY pyproject.toml README.md ./
COPY services services
COPY workers workers
COPY shared shared
RUN python -m pip --python /opt/storyfold/bin/python install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin storyfold \
 && install --directory --owner storyfold --group storyfold /var/lib/storyfold
COPY --from=build /opt/storyfold /opt/storyfold
WORKDIR /srv/storyfold
COPY examples examples
ENV PATH=/opt/storyfold/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MALLOC_ARENA_MAX=2 \
    STORYFOLD_STATE=/var/lib/storyfold
USER 10001:10001
CMD ["storyfold", "--help"]
