"""What changed, and what others have found."""

from django.urls import path

from evaluations.views import indicator_imports, indicators, studies

app_name = "results"
urlpatterns = [
    path("indikatorer/", indicators.indicator_list, name="indicator-list"),
    path("indikatorer/ny/", indicators.indicator_add, name="indicator-add"),
    path("indikatorer/inlasningar/", indicator_imports.import_list, name="import-list"),
    path("indikatorer/inlasningar/<uuid:uuid>/", indicator_imports.import_detail, name="import-detail"),
    path("indikatorer/kolada/", indicator_imports.kolada_import, name="kolada-import"),
    path("indikatorer/tabell/", indicator_imports.table_import, name="table-import"),
    path("indikatorer/tabell/mall.<str:kind>", indicator_imports.table_template, name="table-template"),
    path("indikatorer/<slug:slug>/", indicators.indicator_detail, name="indicator-detail"),
    path("indikatorer/<slug:slug>/andra/", indicators.indicator_change, name="indicator-change"),
    path("studier/", studies.study_list, name="study-list"),
    path("studier/ny/", studies.study_add, name="study-add"),
    path("studier/<slug:slug>/andra/", studies.study_change, name="study-change"),
]
