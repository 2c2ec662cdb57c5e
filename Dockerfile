# The operator's image: one for every role (`aup run --role admission|controller`).
ARG PYTHON=3.11.14-slim-bookworm

FROM python:${PYTHON} AS build
WORKDIR /src
RUN python -m venv /opt/aup
COPY requirements/run.txt requirements/build.txt requirements/
# Wheels only: nothing is compiled, so neither stage needs a compiler. The build backend
# gets a place of its own and stays behind in this stage.
RUN /opt/aup/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: --requirement requirements/run.txt \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install --no-cache-dir --require-hashes --only-binary=:all: --requirement requirements/build.txt
COPY LICENSE README.md pyproject.toml ./
COPY operator operator
RUN PATH="/opt/build/bin:$PATH" /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheel . \
 && /opt/aup/bin/pip install --no-cache-dir --no-deps --no-index /wheel/*.whl \
 && /opt/aup/bin/python -m compileall -q /opt/aup \
 && /opt/aup/bin/pip uninstall --yes --quiet pip setuptools

FROM python:${PYTHON}
COPY --from=build /opt/aup /opt/aup
ENV PATH=/opt/aup/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# A number, so that the kubelet can check runAsNonRoot.
USER 65532:65532
ENTRYPOINT ["aup"]
