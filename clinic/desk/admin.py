"""What other packages would put among the managers' settings, and should not be there."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group

# Authenticators show the secret itself; groups give rights here, where roles do; addresses are patients' too.
for theirs in (Authenticator, Group, EmailAddress):
    if admin.site.is_registered(theirs):
        admin.site.unregister(theirs)
