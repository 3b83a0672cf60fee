# A network as a service: `docker build -t mgc .`, then `docker run -p 127.0.0.1:8000:8000 mgc`.
# Uploads go to /tmp, which may be memory: --read-only --tmpfs /tmp.
FROM python:3.11-slim

# For what libsndfile does not read: M4A, WMA, WebM and more.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ffmpeg \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/mgc
COPY . .
RUN pip install --no-cache-dir --constraint constraints.txt ".[serve]"

RUN useradd --system --no-create-home --home-dir /tmp mgc
USER mgc
# What librosa compiles is kept where this user may write.
ENV NUMBA_CACHE_DIR=/tmp/numba PYTHONDONTWRITEBYTECODE=1 TF_CPP_MIN_LOG_LEVEL=3
WORKDIR /tmp

EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz')"]
# Whoever reaches the port is answered: give MGC_TOKEN, or publish it on loopback alone.
ENTRYPOINT ["mgc", "serve", "--host", "0.0.0.0"]
