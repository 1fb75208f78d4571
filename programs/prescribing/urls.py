app_name = "prescribing"
urlpatterns: list[object] = []
