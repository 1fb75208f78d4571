"""The way in: landing pages, one-time links, health."""

urlpatterns: list[object] = []
