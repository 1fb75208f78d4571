"""One settings file, read from the environment.

DEBUG=1 is for trying the clinic out and for tests (`make run`, `make test` set what they need). Without it
this is production: every variable must be given, and `environment.refuse_unsafe_production` has a last look.
"""

import os
from pathlib import Path

import environ

from clinic.config.environment import Start, anymail_from, flag, refuse_unsafe_production, required
from clinic.config.timetable import TIMETABLE

ROOT = Path(__file__).resolve().parents[2]
DEBUG = flag("DEBUG")
# The component gallery, the mailbox and the demo codes: kept apart from DEBUG, which tests switch off.
DEVELOPMENT_PAGES = DEBUG

SECRET_KEY = required(os.environ, "SECRET_KEY")
ALLOWED_HOSTS = (
    ["127.0.0.1", "localhost", "testserver"] if DEBUG else required(os.environ, "ALLOWED_HOSTS").split(",")
)
CLINIC_BASE_URL = (
    os.environ.get("CLINIC_BASE_URL", "http://127.0.0.1:8000")
    if DEBUG
    else required(os.environ, "CLINIC_BASE_URL")
)
CSRF_TRUSTED_ORIGINS = [CLINIC_BASE_URL] if CLINIC_BASE_URL.startswith("https://") else []
CLINIC_DATA_DIR = Path(os.environ.get("CLINIC_DATA_DIR", ROOT / ".data"))
RECORDINGS_DIR = CLINIC_DATA_DIR / "recordings"  # photos and videos of screens; belongs in every backup

if not DEBUG:
    refuse_unsafe_production(
        Start(
            debug=DEBUG,
            secret_key=SECRET_KEY,
            allowed_hosts=ALLOWED_HOSTS,
            base_url=CLINIC_BASE_URL,
            embedded=flag("CLINIC_EMBEDDED"),
        )
    )

# --- What the clinic is made of ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "clinic.desk.admin_config.SettingsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "phonenumber_field",
    "clinic.ui",
    "clinic.people",
    "clinic.audit",
    "clinic.reminders",
    "clinic.booking",
    "clinic.desk",
    "assessments.screens",
    "assessments.triage",
    "assessments.charting",
    "programs.exercises",
    "programs.builder",
    "programs.plans",
    "programs.feeds",
    "programs.outcomes",
    "programs.prescribing",
    "programs.portal",
]
if DEVELOPMENT_PAGES:
    INSTALLED_APPS.append("programs.demo")
# Named as strings: reminders asks each of these what is due and never imports them (clinic/reminders/sources.py).
REMINDER_SOURCES = [
    "clinic.reminders.sign_in_links",
    "clinic.reminders.text_consent",
    "clinic.booking.reminders",
    "clinic.booking.series_reminders",
    "clinic.booking.missed_reminders",
    "clinic.booking.offer_reminders",
    "assessments.triage.reminders",
    "programs.plans.reminders",
    "programs.plans.visit_reminders",
    "programs.portal.reminders",
    "programs.portal.home_reminders",
    "programs.portal.measure_reminders",
]
# Named as strings too: each is offered a text that a patient sent back (clinic/reminders/replies.py).
INCOMING_READERS = ["clinic.booking.replies"]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",  # above WhiteNoise: a drawing opened by itself is a page too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "clinic.audit.middleware.RequestIdMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "clinic.people.middleware.SessionLimitsMiddleware",
    "clinic.people.middleware.NoStoreMiddleware",
    "clinic.ui.largest.LargestRequestMiddleware",  # before any view or check reads a body
]

ROOT_URLCONF = "clinic.config.urls"
WSGI_APPLICATION = "clinic.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "clinic.ui.context.navigation",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = not DEBUG

# --- Records, broker and cache ----------------------------------------------------------------------------

DATABASES = {"default": environ.Env.db_url_config(required(os.environ, "DATABASE_URL"))}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required(os.environ, "REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://").replace("virtual_host=", "db="),
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1  # nobody sits on what another could send
# A connection of its own for each task costs PostgreSQL more than the task; clinic/config/celery.py looks whether the
# one there is still stands.
CELERY_DB_REUSE_MAX = 500
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE = TIMETABLE

# --- People and doors -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["clinic.people.backends.ClinicBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"
    },  # 123456789012 and birth dates
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "clinic.people.adapter.ClinicAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "50/10m/ip", "login_failed": "50/10m/ip,5/10m/key"}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Stride clinic"
MFA_ADAPTER = "allauth.mfa.adapter.DefaultMFAAdapter"
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXY_COUNT", "0"))

# Idle and absolute limits of a session, in minutes; a form caught by one is kept (clinic/people/kept_forms.py).
SESSION_LIMITS = {"staff": (15, 12 * 60), "patient": (30, 24 * 60)}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "clinic.desk.views.entrance.csrf_failure"

# --- What the browser may do ------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
if not DEBUG:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# --- Files ------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "static-built"
STATICFILES_DIRS = [
    ROOT / "static",
    ("vendor/bootstrap", ROOT / "node_modules" / "bootstrap" / "dist"),
    ("vendor/htmx", ROOT / "node_modules" / "htmx.org" / "dist"),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
# A request that says it is longer is refused unread: one file of 10 MB (assessments/screens/recordings) and its form.
LARGEST_REQUEST = 10 * 1024 * 1024 + 256 * 1024

# --- Time, language, mail ---------------------------------------------------------------------------------

USE_TZ = True
TIME_ZONE = os.environ.get("CLINIC_TIME_ZONE", "Europe/London")
CLINIC_NAME = os.environ.get("CLINIC_NAME", "Stride Physical Therapy")
CLINIC_PHONE = os.environ.get("CLINIC_PHONE", "020 7946 0000")
# Said beside a visit's time. An invented one would send patients there, so a real clinic has its own or none.
CLINIC_ADDRESS = os.environ.get("CLINIC_ADDRESS", "1 Example Street, London" if DEBUG else "")
LANGUAGE_CODE = "en-gb"
USE_I18N = True
PHONENUMBER_DEFAULT_REGION = os.environ.get("CLINIC_PHONE_REGION", "GB")

# Well under the lease a sender holds (clinic/reminders/actions.py), or a slow mail server would double a reminder.
EMAIL_TIMEOUT = 20
# What each provider takes from us in a minute, all senders together; 0: as many as there are.
MOST_A_MINUTE = {
    "email": int(os.environ.get("EMAILS_A_MINUTE", "0")),
    "text": int(os.environ.get("TEXTS_A_MINUTE", "0")),
}
DEFAULT_FROM_EMAIL = os.environ.get("CLINIC_FROM_EMAIL", "clinic@clinic.example")
ANYMAIL: dict[str, str] = {}
if DEBUG and "EMAIL_URL" not in os.environ:
    # The development mailbox: one file a message, shown at /mailbox/.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = Path(os.environ.get("DEV_MAIL_DIR", CLINIC_DATA_DIR / "mail"))
else:
    EMAIL_URL = required(os.environ, "EMAIL_URL")
    vars().update(anymail_from(EMAIL_URL) or environ.Env.email_url_config(EMAIL_URL))

# How text messages leave; empty: none do. clinic/reminders/gateways.py says what it may be.
SMS_URL = os.environ.get("SMS_URL", "console://" if DEBUG else "")
TEXTS_DIR = Path(os.environ.get("DEV_MAIL_DIR", CLINIC_DATA_DIR / "mail"))
# A text abroad costs many times one at home, and a mistyped country code goes to a stranger.
SMS_COUNTRIES = (
    (os.environ.get("SMS_COUNTRIES") or PHONENUMBER_DEFAULT_REGION).upper().replace(" ", "").split(",")
)

# Notices on phones: 32 random bytes that are this clinic's private key for all push services; empty: none are sent.
# Made with  python3 -c 'import secrets; print(secrets.token_urlsafe(32))'  and kept: phones know the clinic by it.
VAPID_PRIVATE_KEY = os.environ.get("VAPID_PRIVATE_KEY", "")
# Where browsers' makers take notices; a name with a dot before it stands for every name under it.
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "updates.push.services.mozilla.com",
    "web.push.apple.com",
    ".notify.windows.com",
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "request_id": {"()": "clinic.audit.middleware.RequestIdFilter"},
        "secrets": {"()": "clinic.audit.middleware.SecretsFilter"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id", "secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # Django's own handlers know nothing of secrets.
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
}
# Widgets are drawn from templates/ too, like everything else (clinic/ui/widgets.py).
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
