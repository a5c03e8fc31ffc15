from django.urls import path

from programmes.views import catalogue, ground, topics, whole

app_name = "programmes"
urlpatterns = [
    path("om/", ground.ground, name="ground"),
    path("helhet/", whole.whole, name="whole"),
    path("helhet/ny-rad/", whole.encounter_add, name="encounter-add"),
    path("helhet/<slug:slug>/andra/", whole.encounter_change, name="encounter-change"),
    path("helhet/<slug:slug>/ta-bort/", whole.encounter_remove, name="encounter-remove"),
    path("om/<slug:slug>/", ground.section_detail, name="section-detail"),
    path("om/<slug:slug>/andra/", ground.section_change, name="section-change"),
    path("om/<slug:slug>/ny-rad/", ground.item_add, name="item-add"),
    path("om/<slug:section>/rad/<slug:slug>/", ground.item_detail, name="item-detail"),
    path("om/<slug:section>/rad/<slug:slug>/andra/", ground.item_change, name="item-change"),
    path("om/<slug:section>/rad/<slug:slug>/fil/", ground.item_file, name="item-file"),
    path("om/<slug:section>/rad/<slug:slug>/ta-bort/", ground.item_remove, name="item-remove"),
    path("program/", catalogue.programme_list, name="programme-list"),
    path("program/<slug:slug>/", catalogue.programme_detail, name="programme-detail"),
    path("amnen/<slug:slug>/", topics.topic_detail, name="topic-detail"),
    path("amnen/<slug:slug>/andra/", topics.topic_change, name="topic-change"),
    path("amnen/<slug:slug>/material/<int:number>/", topics.topic_version, name="topic-version"),
    path("amnen/<slug:slug>/material/", topics.topic_material, name="topic-material"),
]
