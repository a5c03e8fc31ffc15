from django.urls import path

from programmes.views import catalogue, ground, handbook, search, topics, whole

app_name = "programmes"
urlpatterns = [
    path("om/", ground.ground, name="ground"),
    path("sok/", search.search_page, name="search"),
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
    path("handboken/", handbook.handbook, name="handbook"),
    path("handboken/begrepp/", handbook.concept_list, name="concept-list"),
    path("handboken/begrepp/nytt/", handbook.concept_add, name="concept-add"),
    path("handboken/begrepp/<slug:slug>/", handbook.concept_detail, name="concept-detail"),
    path("handboken/begrepp/<slug:slug>/andra/", handbook.concept_change, name="concept-change"),
    path("handboken/begrepp/<slug:slug>/ta-bort/", handbook.concept_remove, name="concept-remove"),
    path("handboken/scenarier/nytt/", handbook.scenario_add, name="scenario-add"),
    path("handboken/scenarier/utskrift/", handbook.scenario_sheets, name="scenario-sheets"),
    path("handboken/scenarier/<slug:slug>/", handbook.scenario_detail, name="scenario-detail"),
    path("handboken/scenarier/<slug:slug>/andra/", handbook.scenario_change, name="scenario-change"),
    path("handboken/scenarier/<slug:slug>/ta-bort/", handbook.scenario_remove, name="scenario-remove"),
    path("program/<slug:slug>/", catalogue.programme_detail, name="programme-detail"),
    path("amnen/<slug:slug>/", topics.topic_detail, name="topic-detail"),
    path("amnen/<slug:slug>/andra/", topics.topic_change, name="topic-change"),
    path("amnen/<slug:slug>/material/<int:number>/", topics.topic_version, name="topic-version"),
    path("amnen/<slug:slug>/material/", topics.topic_material, name="topic-material"),
]
