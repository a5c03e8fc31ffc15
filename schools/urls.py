from django.urls import path, re_path

from schools.views import school_page, term_plan

# A term in an address: 2026-27/ht or 2026-27/vt.
TERM = r"(?P<slug>[-\w]+)/plan/(?P<year_slug>\d{4}-\d{2})/(?P<season>ht|vt)"

app_name = "schools"
urlpatterns = [
    # A school's page and its term plan.
    path("skolor/<slug:slug>/", school_page.school_detail, name="school-detail"),
    path("skolor/<slug:slug>/historik/", school_page.school_history, name="school-history"),
    path("skolor/<slug:slug>/plan/", term_plan.term_plan, name="term-plan"),
    re_path(rf"^skolor/{TERM}/$", term_plan.term_plan_of, name="term-plan-of"),
    re_path(rf"^skolor/{TERM}/bekrafta/$", term_plan.term_plan_confirm, name="term-plan-confirm"),
]
