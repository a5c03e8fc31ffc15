from django.urls import path

from evaluations.views import survey_answering, survey_results, survey_rounds

app_name = "surveys"
urlpatterns = [
    path("enkat/", survey_answering.enter, name="enter"),
    path("enkat/<str:code>/", survey_answering.answer, name="answer"),
    path("enkater/", survey_rounds.index, name="index"),
    path("enkater/resultat/", survey_results.results, name="results"),
    path("enkater/resultat.csv", survey_results.export, name="export"),
    path("enkater/avsluta/<int:pk>/", survey_rounds.end, name="end"),
    path("enkater/<slug:slug>/", survey_rounds.school_surveys, name="school"),
    path("enkater/<slug:slug>/<int:pk>/", survey_rounds.round_page, name="round"),
    path("enkater/<slug:slug>/<int:pk>/antal/", survey_rounds.count, name="count"),
    path("enkater/<slug:slug>/<int:pk>/starta/", survey_rounds.start, name="start"),
    path("enkater/<slug:slug>/<int:pk>/stang/", survey_rounds.close, name="close"),
]
