from django.urls import path

from programmes.views import catalogue, topics

app_name = "programmes"
urlpatterns = [
    path("program/", catalogue.programme_list, name="programme-list"),
    path("program/<slug:slug>/", catalogue.programme_detail, name="programme-detail"),
    path("amnen/<slug:slug>/", topics.topic_detail, name="topic-detail"),
    path("amnen/<slug:slug>/material/", topics.topic_material, name="topic-material"),
]
