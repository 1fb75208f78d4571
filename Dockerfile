# One image for web, worker, beat and migrate (docker-compose.yml). It holds no embedded server and no secret.
FROM node:24-slim AS front-end
WORKDIR /clinic
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund

FROM python:3.13-slim
ENV PYTHONUNBUFFERED=1 DJANGO_SETTINGS_MODULE=clinic.config.settings
WORKDIR /clinic
COPY requirements-production.lock ./
RUN pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements-production.lock
COPY --from=front-end /clinic/node_modules ./node_modules
COPY . .
# Settings ask for every variable; these stand for nothing and stay in this line.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    ALLOWED_HOSTS=build.invalid CLINIC_BASE_URL=https://build.invalid EMAIL_URL=smtp://build.invalid \
    DATABASE_URL=postgres://build.invalid/clinic REDIS_URL=redis://build.invalid/0 \
    python manage.py collectstatic --noinput \
 && useradd --system --no-create-home --uid 10001 clinic \
 && install -d -o clinic -m 700 /var/lib/clinic /var/lib/clinic/recordings /var/lib/clinic/senders
ENV CLINIC_DATA_DIR=/var/lib/clinic
USER clinic
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--blocking-threads", "2", "--backpressure", "128", \
     "--respawn-failed-workers", "clinic.config.wsgi:application"]
