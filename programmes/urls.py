from django.urls import path

from programmes.views import catalogue, findings, measures, partners, reports, topics

app_name = "programmes"
urlpatterns = [
    path("program/", catalogue.programme_list, name="programme-list"),
    path("program/<slug:slug>/", catalogue.programme_detail, name="programme-detail"),
    path("amnen/<slug:slug>/", topics.topic_detail, name="topic-detail"),
    path("amnen/<slug:slug>/material/", topics.topic_material, name="topic-material"),
    # The co-operation between the partners.
    path("samverkan/", partners.cooperation_start, name="cooperation"),
    path("samverkan/parter/<slug:slug>/", partners.partner_detail, name="partner-detail"),
    path("samverkan/parter/<slug:slug>/kontakter/ny/", partners.contact_add, name="contact-add"),
    path("samverkan/parter/<slug:slug>/kontakter/<int:pk>/andra/", partners.contact_change, name="contact-change"),
    path("samverkan/parter/<slug:slug>/kontakter/<int:pk>/ta-bort/", partners.contact_remove, name="contact-remove"),
    path("samverkan/parter/<slug:slug>/ataganden/ny/", partners.commitment_add, name="commitment-add"),
    path(
        "samverkan/parter/<slug:slug>/ataganden/<int:pk>/andra/", partners.commitment_change, name="commitment-change"
    ),
    path(
        "samverkan/parter/<slug:slug>/ataganden/<int:pk>/ta-bort/", partners.commitment_remove, name="commitment-remove"
    ),
    path("samverkan/atgarder/", measures.measure_list, name="measure-list"),
    path("samverkan/atgarder/ny/", measures.measure_add, name="measure-add"),
    path("samverkan/atgarder/uppfoljning/", reports.follow_up_report, name="follow-up-report"),
    path("samverkan/atgarder/uppfoljning.xlsx", reports.follow_up_workbook, name="follow-up-workbook"),
    path("samverkan/atgarder/<uuid:uuid>/", measures.measure_detail, name="measure-detail"),
    path("samverkan/atgarder/<uuid:uuid>/andra/", measures.measure_change, name="measure-change"),
    path("samverkan/atgarder/<uuid:uuid>/uppfoljning/", measures.measure_follow_up, name="measure-follow-up"),
    path("samverkan/lagesbild/", findings.finding_list, name="finding-list"),
    path("samverkan/lagesbild/ny/", findings.finding_add, name="finding-add"),
    path("samverkan/lagesbild/<uuid:uuid>/andra/", findings.finding_change, name="finding-change"),
    path("samverkan/lagesbild/<uuid:uuid>/fil/", findings.finding_file, name="finding-file"),
    path("samverkan/malbild/", findings.goal_list, name="goal-list"),
    path("samverkan/malbild/ny/", findings.goal_add, name="goal-add"),
    path("samverkan/malbild/<uuid:uuid>/andra/", findings.goal_change, name="goal-change"),
]
