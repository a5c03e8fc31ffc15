"""The portal's settings. What differs between machines comes from environment variables; README lists them."""

from email.utils import formataddr
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from vpc_portal import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = environment.var_dir(default=BASE_DIR / "var")

# The careful settings: https only, secure cookies, and a key and hosts that have to be given.
PRODUCTION = environment.flag("PRODUCTION", default=False)
DEBUG = environment.flag("DEBUG", default=False)
DEMO = environment.flag("DEMO", default=False)
SECRET_KEY = environment.secret_key(VAR_DIR, production=PRODUCTION)
ALLOWED_HOSTS = environment.hosts(production=PRODUCTION)

INSTALLED_APPS = [
    "accounts",
    "outbox",
    "programmes",
    "schools",
    "sessions_log",
    "evaluations",
    "vpc_portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "vpc_portal.shared_computers.not_kept_for_the_next",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vpc_portal.views.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "vpc_portal.addresses.with_a_page_for_no_verb",
    "vpc_portal.addresses.without_nul",
]

ROOT_URLCONF = "vpc_portal.urls"
WSGI_APPLICATION = "vpc_portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.portal",
                "sessions_log.context_processors.kept_on_phone",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "accounts.templatetags.look"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

DATABASES = {"default": environment.database(default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Limits on tries, in the database since all processes share them. When the table is full Django removes expired
    # entries, and if that is not enough the first by key, which are limits on signing in: so it must never be near
    # full.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Rendered parts of pages, in each process's own memory; a few hundred kilobytes each.
    "rendered": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rendered",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
    # Whole pages with their queries; a page is some hundred kilobytes.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
    # Rendered rows of schools; a few kilobytes each.
    "rows": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "rows",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 2000},
    },
}

# Signing in. Accounts are made by the centre, never by visitors.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "outbox.sign_in.MailingAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# A code by mail, for people without a password or who have forgotten it.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
# Limits count clients by the address that the single proxy before the portal adds last to X-Forwarded-For, never by
# addresses that were there before.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if PRODUCTION else 0

# The centre's language, whatever a browser asks for: texts on pages are also stored, and sent in mails (ADR 8).
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", _("Swedish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns when it does not exist
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Files that coordinators upload: outside the web root, served by views that check access.
MEDIA_ROOT = VAR_DIR / "files"
MEDIA_URL = ""

# Nothing is loaded from other sites, and nothing is inline.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
if PRODUCTION:
    SECURE_SSL_REDIRECT = environment.flag("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = environment.number("SECURE_HSTS_SECONDS", default=31_536_000, lowest=0, highest=63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# Uploads: the most bytes in a request, and fields in a form (a plan for all schools has a few hundred).
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# How long after logging a coordinator can undo it, in minutes.
LOG_UNDO_MINUTES = 5

# Mail. The outbox's rows are the queue; see docs/mail.md.
CENTRE_NAME = environment.centre_name()
PORTAL_URL = environment.portal_url(production=PRODUCTION)
MAIL_ADDRESS = environment.sender(production=PRODUCTION)
MAIL_DOMAIN = MAIL_ADDRESS.rpartition("@")[2]
DEFAULT_FROM_EMAIL = formataddr((CENTRE_NAME, MAIL_ADDRESS))
SERVER_EMAIL = MAIL_ADDRESS
EMAIL_BACKEND = "outbox.backend.HandoverBackend"
EMAIL_TIMEOUT = 10
globals().update(environment.mail_server(production=PRODUCTION))
# Mails that come back: the envelope's sender if it is not MAIL_FROM, and where the reports are read.
BOUNCE_ADDRESS = environment.bounce_address()
BOUNCE_MAILBOX = environment.bounce_mailbox(production=PRODUCTION)
BOUNCE_WEBHOOK_SECRET = environment.webhook_secret()
# Mails to the mail server in a minute; 0 for no limit.
MAIL_PER_MINUTE = environment.number("MAIL_PER_MINUTE", default=0 if DEMO else 60, lowest=0, highest=10_000)
# Whether mails wait for the morning in evenings and on days off. In the demo they are sent at once, to be seen.
MAIL_QUIET_HOURS = environment.flag("MAIL_QUIET_HOURS", default=not DEMO)
# With this file an older database, restored from a backup, is recognised; see outbox.control.
MAIL_MARK: Path | None = VAR_DIR / "mail-mark"
# How long a move or a cancellation can be undone before the school is told, in minutes.
PLAN_UNDO_MINUTES = 5

# Errors go to the process's standard error, in production, too. A wrong address (404) is no error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}

# Registers that schools and classes are imported from; files work as well.
MUNICIPALITY_CODE = environment.municipality()
SCHOOL_REGISTER_URL = environment.register_url(
    "SCHOOL_REGISTER_URL", default="https://api.skolverket.se/skolenhetsregistret/v2", production=PRODUCTION
)
# Where values of indicators are fetched.
KOLADA_URL = environment.register_url("KOLADA_URL", default="https://api.kolada.se/v3", production=PRODUCTION)
SS12000_URL = environment.register_url("SS12000_URL", default="", production=PRODUCTION)
SS12000_TOKEN = environment.token("SS12000_TOKEN")

# A folder with more languages for those who answer surveys; Swedish comes with the portal.
SURVEY_LANGUAGES = environment.folder("SURVEY_LANGUAGES")

# Celery only rings the bell: losing the broker loses no mail.
CELERY_BROKER_URL = environment.broker(VAR_DIR)
EMBEDDED_BROKER = f"redis+socket://{environment.broker_socket(VAR_DIR)}" == CELERY_BROKER_URL
# Whether writing a mail wakes a worker at once.
BELL = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# Longer than the longest task: a minute of sending and ten of waiting for the last answer. After this, a lost worker's
# task is given to another. That is checked every ten seconds; with kombu's own throttle it would be every hundred.
CELERY_TASK_TIME_LIMIT = 1_500
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1_800,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 10,
}
# Intervals, never times of day, which would lose or double a run when the clocks change. A run that nobody has taken
# when the next one is due is dropped.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in [
        ("send what is due", "outbox.tasks.send_waiting", 20.0),
        ("make the reminders that are due", "sessions_log.tasks.remind", 300.0),
        ("remind of follow-ups that are due", "programmes.tasks.remind_of_follow_ups", 3_600.0),
        ("refresh the indicators when a year has passed", "evaluations.tasks.refresh_indicators", 43_200.0),
        ("count the day's figures before anyone looks", "evaluations.tasks.count_the_day", 3_600.0),
        ("read the mails that have come back", "outbox.tasks.read_bounces", 300.0),
        ("forget the codes of surveys whose hour has passed", "evaluations.tasks.close_surveys", 300.0),
        ("forget sessions and counts of tries that have ended", "accounts.tasks.forget_what_has_ended", 300.0),
        ("show that beat, broker and worker live", "outbox.tasks.beat_heart", 60.0),
    ]
}
