"""Settings of passwords, logins, the Content-Security-Policy and the audit log.

They are independent of the environment.
"""

from datetime import timedelta

VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{VALIDATION}.MinimumLengthValidator"},
    {"NAME": f"{VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{VALIDATION}.NumericPasswordValidator"},
]

# Ten wrong passwords for a username from an address lock that pair out for 15 minutes. The default
# of axes would lock out everyone behind the address. Fifty for any usernames lock out the address,
# which a studio behind one address hardly reaches: a right password removes its wrong ones.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
ADDRESS_FAILURE_LIMIT = 50
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
# An attempt during the lockout neither extends it nor writes a row.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
# Typed values are not stored, nor are successful logins.
AXES_SENSITIVE_PARAMETERS = ["username", "email", "password", "csrfmiddlewaretoken", "next"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Only TRUSTED_PROXY determines how the client's address is found.
AXES_CLIENT_IP_CALLABLE = "classtracker.middleware.address"
AXES_HANDLER = "classtracker.login.LoginHandler"
AXES_LOCKOUT_CALLABLE = "classtracker.login.lockout_response"

# Only resources of this site; no inline scripts and styles.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# The audit log stores the user but no IP address, and related people by name instead of ID.
AUDITLOG_CID_HEADER = None
AUDITLOG_DISABLE_REMOTE_ADDR = True
AUDITLOG_USE_FK_STRING_REPRESENTATION = True
