"""A login, and the roles it was granted."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from leadline.privacy.viewer import Role


class Logins(BaseUserManager["User"]):
    """Makes logins; the only place where a password is given to one."""

    def add(self, login: str, display_name: str, password: str | None) -> "User":
        """A new login. Without a password nobody can sign in with it until one is set."""
        user = self.model(login=login, display_name=display_name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who may sign in. Who they are as a learner is the directory's business."""

    login = models.CharField(max_length=150, unique=True)
    display_name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    objects: ClassVar[Logins] = Logins()

    def __str__(self) -> str:
        return self.display_name or self.login


class Grant(models.Model):
    """One role that a login may look as.

    unit: top of the unit subtree the role covers; empty: where `person` sits today decides.
    person: random directory key of the human behind the login, if the directory has them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40, choices=[(role.value, role.value) for role in Role])
    unit = models.CharField(max_length=1000, blank=True)
    person = models.BigIntegerField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "role", "unit"], name="one_grant_per_role_and_unit"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.unit}" if self.unit else self.role
