"""All settings, read from the environment; the README has the table.

What is missing or unsafe stops the start with one sentence on stderr and exit code 3, which gunicorn takes
for "do not try again".
"""

import re
import sys
from email.utils import parseaddr
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import environ
from django.conf import locale
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()


def refuse(sentence: str) -> NoReturn:
    print(f"Trust center: {sentence}", file=sys.stderr)
    raise SystemExit(3)


def flag(name: str) -> bool:
    value = env.str(name, "").strip().lower()
    if value not in {"", "0", "1", "no", "yes", "false", "true", "off", "on"}:
        refuse(f"{name} is {value!r}. Set {name} to 1 or 0.")
    return value in {"1", "yes", "true", "on"}


def several(name: str) -> list[str]:
    return [value.strip() for value in env.list(name, default=[]) if value.strip()]


def weak(key: str) -> bool:
    """By the measure of `manage.py check --deploy`."""
    return len(key) < 50 or len(set(key)) < 5 or key.startswith("django-insecure-")


def loopback(host: str | None) -> bool:
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost" or bool(host and host.endswith(".localhost"))


DEBUG = flag("DEBUG")
DATA_DIR = Path(env.str("DATA_DIR", "") or BASE_DIR / "var")
try:
    DATA_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    refuse(f"DATA_DIR cannot be made ({error.strerror}). Set DATA_DIR to a folder that this user may write to.")

# --- Where we are -----------------------------------------------------------------------------------------------------

PUBLIC_URL = env.str("PUBLIC_URL", "").rstrip("/")
if not PUBLIC_URL:
    refuse("PUBLIC_URL is not set. Set it to the address customers use, such as https://trust.example.com.")
try:
    _public = urlsplit(PUBLIC_URL)
    _plain = _public.port != 0 and re.fullmatch(r"https?://(\[[0-9a-f:]+\]|[a-z0-9._-]+)(:\d+)?", PUBLIC_URL)
except ValueError:
    _plain = None
if not _plain:
    refuse(f"PUBLIC_URL is {PUBLIC_URL!r}. Set it to scheme and host alone, such as https://trust.example.com.")
SECURE = _public.scheme == "https"
ON_LOOPBACK = loopback(_public.hostname)
if not SECURE and not ON_LOOPBACK:
    refuse(f"PUBLIC_URL is {PUBLIC_URL!r}: plain http is for loopback alone. Set PUBLIC_URL to an https address.")
if DEBUG and not ON_LOOPBACK:
    refuse("DEBUG shows settings and source to every visitor. Unset DEBUG, or set PUBLIC_URL to a loopback address.")

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY:
    refuse("SECRET_KEY is not set. Set SECRET_KEY to 50 or more random characters and keep it.")
if weak(SECRET_KEY):
    refuse("SECRET_KEY is too weak. Set SECRET_KEY to 50 or more random characters.")
SECRET_KEY_FALLBACKS = several("SECRET_KEY_FALLBACKS")
if any(weak(key) for key in SECRET_KEY_FALLBACKS):
    refuse("SECRET_KEY_FALLBACKS holds a key that is too weak. Set SECRET_KEY_FALLBACKS to earlier SECRET_KEYs alone.")

_host = _public.netloc.removesuffix(f":{_public.port}")
_hosts = sorted({"localhost", "127.0.0.1", "[::1]", _host}) if ON_LOOPBACK else [_host]
ALLOWED_HOSTS = [*_hosts, *several("ALLOWED_HOSTS")]
if "*" in ALLOWED_HOSTS:
    refuse("ALLOWED_HOSTS is '*': any host name would be believed. Set ALLOWED_HOSTS to the names you serve.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

try:
    TRUSTED_PROXIES = [ip_network(network) for network in several("TRUSTED_PROXIES")]
except ValueError as error:
    refuse(f"TRUSTED_PROXIES: {error}. Set TRUSTED_PROXIES to addresses or networks, such as 10.0.0.0/8.")
if any(network.prefixlen == 0 for network in TRUSTED_PROXIES):
    refuse("TRUSTED_PROXIES names everybody: any visitor could claim any address. Set TRUSTED_PROXIES to your proxies.")

# gunicorn reads it by itself; here it is only refused in time.
_workers = env.str("WEB_CONCURRENCY", "")
if _workers and not (_workers.isascii() and _workers.isdigit() and int(_workers)):
    refuse(f"WEB_CONCURRENCY is {_workers!r}. Set WEB_CONCURRENCY to a number of processes, 1 or more.")

# --- The house --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",
    "registry.apps.RegistryConfig",
    "registry.apps.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "django_tasks_db",
    "simple_history",
]

MIDDLEWARE = [
    # Headers first, so that redirects, static files and refusals of those below carry them too.
    "registry.public.middleware.SecurityHeaders",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "registry.public.middleware.WithoutDatabase",
    "registry.public.middleware.BadInput",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "registry.public.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "trustcenter.urls"
WSGI_APPLICATION = "trustcenter.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------------------------------------

_database_url = env.str("DATABASE_URL", "") or f"sqlite:///{DATA_DIR.absolute() / 'trustcenter.sqlite3'}"
if not _database_url.startswith(("sqlite://", "postgresql://", "postgres://")):
    refuse("DATABASE_URL names a database we do not support. Set it to an sqlite:// or postgresql:// address.")
try:
    _database: dict[str, Any] = env.db_url_config(_database_url)
except Exception:
    refuse("DATABASE_URL cannot be read. Set it to sqlite:////path/file or postgresql://user:password@host/name.")
if _database["NAME"] in {"", ":memory:"}:
    refuse("DATABASE_URL names no database to keep data in. Set it to an address that ends with the database's name.")
if _database.get("ENGINE") == "django.db.backends.sqlite3":
    if not Path(_database["NAME"]).parent.is_dir():
        refuse("DATABASE_URL names a file in a folder that does not exist. Make the folder, or set DATABASE_URL anew.")
    _database["OPTIONS"] = {
        **_database.get("OPTIONS", {}),
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # secure_delete overwrites what erasure removes (GDPR Art. 17).
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA secure_delete=ON;",
    }
else:
    # A database that hangs must not hold every thread: see "When the database hangs" in the README's operations.
    _database["OPTIONS"] = {
        "connect_timeout": 2,
        # A network that swallows packets, in milliseconds; half an hour otherwise.
        "tcp_user_timeout": 5000,
        # sslmode and the like stand in the address.
        **_database.get("OPTIONS", {}),
        "pool": {"min_size": 0, "max_size": 8, "timeout": 1},
    }
DATABASES = {"default": _database}

# Lock-out counters (django-axes); the table is made by a migration, its keys are hashed below.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "lockouts": {
        "BACKEND": "registry.admin.signin.Lockouts",
        "LOCATION": "lockout",
        "KEY_FUNCTION": "registry.admin.signin.keyed_hash",
        "TIMEOUT": 24 * 3600,
        # A full cache throws out counters: whoever tries many names must not reset the one they are after.
        "OPTIONS": {"MAX_ENTRIES": 10_000_000},
    },
}

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- Mail -------------------------------------------------------------------------------------------------------------

# A mail provider's own interface in place of SMTP, and its webhooks for mail that comes back (django-anymail). Whatever
# a provider needs besides is named as anymail names it: ANYMAIL_POSTMARK_SERVER_TOKEN and the like.
_provider = env.str("ANYMAIL_PROVIDER", "").strip().lower()
ANYMAIL: dict[str, Any] = {
    name.removeprefix("ANYMAIL_"): value
    for name, value in env.ENVIRON.items()
    if name.startswith("ANYMAIL_") and name != "ANYMAIL_PROVIDER" and value
}
_secret = ANYMAIL.get("WEBHOOK_SECRET", "")
if _secret and (":" not in _secret or len(_secret) < 32):
    refuse("ANYMAIL_WEBHOOK_SECRET is too weak. Set ANYMAIL_WEBHOOK_SECRET to user:password, 32 or more characters.")
if _provider or _secret:
    INSTALLED_APPS.append("anymail")
if _provider and env.str("EMAIL_URL", ""):
    refuse("EMAIL_URL and ANYMAIL_PROVIDER both say how mail is sent. Unset one of them.")
if _provider and not (
    _provider.isidentifier() and _provider[:4] != "base" and find_spec(f"anymail.backends.{_provider}")
):
    refuse(f"ANYMAIL_PROVIDER is {_provider!r}. Set it to one that django-anymail knows, such as postmark or mailgun.")

if _provider:
    MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": f"anymail.backends.{_provider}.EmailBackend"}}
elif env.str("EMAIL_URL", ""):
    try:
        _mail = env.email_url("EMAIL_URL")
        _mail_is_smtp = _mail["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    except Exception:
        refuse("EMAIL_URL cannot be read. Set it to smtp+tls://user:password@host:587.")
    if not _mail_is_smtp or not _mail["EMAIL_HOST"]:
        refuse("EMAIL_URL is no SMTP address. Set it to smtp+tls://user:password@host:587.")
    _usual_port = 465 if _mail.get("EMAIL_USE_SSL") else 587 if _mail.get("EMAIL_USE_TLS") else 25
    MAILERS = {
        "default": {
            "BACKEND": _mail["EMAIL_BACKEND"],
            "OPTIONS": {
                "host": _mail["EMAIL_HOST"],
                "port": _mail["EMAIL_PORT"] or _usual_port,
                "username": _mail["EMAIL_HOST_USER"] or "",
                "password": _mail["EMAIL_HOST_PASSWORD"] or "",
                "use_tls": _mail.get("EMAIL_USE_TLS", False),
                "use_ssl": _mail.get("EMAIL_USE_SSL", False),
                "timeout": 20,
            },
        }
    }
elif ON_LOOPBACK:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(DATA_DIR / "mail")},
        }
    }
else:
    refuse("EMAIL_URL is not set, so nobody would be answered. Set it to smtp+tls://user:password@host:587.")
_sender = f"trust@{'example.com' if ON_LOOPBACK else _public.hostname}"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "") or _sender
if not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(DEFAULT_FROM_EMAIL)[1]):
    refuse("DEFAULT_FROM_EMAIL is no mail address. Set it to one, such as Trust <trust@example.com>.")

# --- Languages --------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
# Constant: every language keeps its columns and its history, whether public or not. The 24 official languages of the
# European Union, Norwegian Bokmål, Ukrainian, Brazilian Portuguese, and Arabic, which is written right to left.
LANGUAGES = [
    ("en", "English"),
    ("bg", "Bulgarian"),
    ("hr", "Croatian"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("nl", "Dutch"),
    ("et", "Estonian"),
    ("fi", "Finnish"),
    ("fr", "French"),
    ("de", "German"),
    ("el", "Greek"),
    ("hu", "Hungarian"),
    ("ga", "Irish"),
    ("it", "Italian"),
    ("lv", "Latvian"),
    ("lt", "Lithuanian"),
    ("mt", "Maltese"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("es", "Spanish"),
    ("sv", "Swedish"),
    ("nb", "Norwegian Bokmål"),
    ("uk", "Ukrainian"),
    ("pt-br", "Brazilian Portuguese"),
    ("ar", "Arabic"),
]
# Django does not know Maltese, and modeltranslation's forms raise KeyError for a language Django does not know.
locale.LANG_INFO.setdefault("mt", {"bidi": False, "code": "mt", "name": "Maltese", "name_local": "Malti"})
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_ENABLE_FALLBACKS = False
LOCALE_PATHS = [BASE_DIR / "registry" / "locale"]
FORMAT_MODULE_PATH = "trustcenter.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
# Fonts (.ttf, .otf) for PDF documents in scripts beyond Latin, Greek and Cyrillic, which typst brings itself.
FONTS_DIR = env.str("FONTS_DIR", "")
if FONTS_DIR and not Path(FONTS_DIR).is_dir():
    refuse("FONTS_DIR is no folder. Set FONTS_DIR to one that holds fonts (.ttf, .otf), or unset it.")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# --- Safety -----------------------------------------------------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
if SECURE:
    SECURE_CSP["upgrade-insecure-requests"] = []
SECURE_SSL_REDIRECT = SECURE
# Monitors ask from within, behind the proxy that ends https.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "registry.public.errors.csrf_failure"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A form of the admin with its inlines has a field per language and row.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000

AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
# The same person from the same address: nobody can lock out somebody else.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_CACHE = "lockouts"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
AXES_RESET_ON_SUCCESS = True
# The lock ends when its page says so, whatever is tried meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Its tables stay empty (see AXES_HANDLER).
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "registry.admin.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "registry.public.client.address"
AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True

# --- What the log holds: no person ------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"without_keys": {"()": "registry.public.traces.WithoutKeys"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_keys"]},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "registry": {"level": "INFO"},
        # A visitor's mistake (404, 400) is not ours.
        "django.request": {"level": "ERROR"},
        **{
            f"django.security.{name}": {"level": "CRITICAL"}
            for name in ("DisallowedHost", "RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
        },
        # axes tells of each failure to sign in; a logger without any handler would still write warnings to stderr.
        "axes": {"handlers": ["nowhere"], "propagate": False},
    },
}
