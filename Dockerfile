# The dashboard from the lock, as a user without rights. README, "For a class", says how it is run:
# behind a proxy that asks readers for their names, never on an open port.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 unrolled && mkdir /runs && chown unrolled /runs
WORKDIR /unrolled
COPY requirements.txt .
RUN pip install --no-cache-dir --no-compile -r requirements.txt
COPY LICENSE README.md pyproject.toml ./
COPY .streamlit .streamlit
COPY core core
COPY dashboard dashboard
RUN python -m compileall -q core dashboard

USER unrolled
ENV RNN_RUNS_DIR=/runs
VOLUME /runs
EXPOSE 8501
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8501/_stcore/health')"]
# Inside a container "localhost" is the container: whom the port is open to is said by `-p`.
ENTRYPOINT ["python", "-m", "streamlit", "run", "dashboard/app.py", "--server.headless=true", "--server.address=0.0.0.0"]
