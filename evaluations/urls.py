from django.urls import path

from evaluations.views import drilling, export, lists, making, overview, reminding, reports, targets

app_name = "evaluations"
urlpatterns = [
    path("", overview.overview, name="overview"),
    path("pass/", lists.session_list, name="session-list"),
    path("klasser/", lists.class_list, name="class-list"),
    path("skolor/", lists.school_list, name="school-list"),
    path("paminnelser/", reminding.reminding, name="reminding"),
    path("distrikt/", drilling.districts, name="districts"),
    path("skola/<slug:slug>/", drilling.school, name="school"),
    path("skola/<slug:slug>/<int:pk>/", drilling.group, name="group"),
    path("amne/<slug:slug>/", drilling.topic, name="topic"),
    path("program/", drilling.programmes, name="programmes"),
    path("terminer/", drilling.term_list, name="terms"),
    path("mvp/", drilling.mvp, name="mvp"),
    path("parter/", drilling.partners, name="partners"),
    path("tillfallen/", drilling.occasion_list, name="occasion-list"),
    path("export.csv", export.export, name="export"),
    path("export.xlsx", export.workbook, name="workbook"),
    path("rapporter/", reports.report_list, name="report-list"),
    path("rapporter/ny/", making.report_add, {"kind": "board"}, name="report-add"),
    path("rapporter/ny-verksamhetsberattelse/", making.report_add, {"kind": "year"}, name="report-add-year"),
    path("rapporter/<uuid:uuid>/", reports.report_detail, name="report-detail"),
    path("rapporter/<uuid:uuid>/rapport.pdf", reports.report_pdf, name="report-pdf"),
    path("rapporter/<uuid:uuid>/rapport.xlsx", reports.report_workbook, name="report-workbook"),
    path("rapporter/<uuid:uuid>/tabell.csv", reports.report_csv, name="report-csv"),
    path("rapporter/<uuid:uuid>/text/", making.report_text, name="report-text"),
    path("rapporter/<uuid:uuid>/dra-tillbaka/", making.report_withdraw, name="report-withdraw"),
    path("mal/", targets.targets, name="targets"),
    path("definitioner/", overview.definitions, name="definitions"),
]
