from django.urls import path, re_path

from schools.views import (
    calendar,
    groups,
    imports,
    invitations,
    links,
    occasions,
    people,
    plans,
    proposals,
    replies,
    school_page,
    schools,
    sessions,
    start,
    term_plan,
    topics,
)

# A term in an address: 2026-27/ht or 2026-27/vt.
TERM = r"(?P<slug>[-\w]+)/plan/(?P<year_slug>\d{4}-\d{2})/(?P<season>ht|vt)"

app_name = "schools"
urlpatterns = [
    # Schools and their people.
    path("min-skola/", start.own_school, name="own-school"),
    path("skolor/", schools.school_list, name="school-list"),
    path("skolor/ny/", schools.school_add, name="school-add"),
    path("skolor/<slug:slug>/andra/", schools.school_change, name="school-change"),
    path("skolor/<slug:slug>/stang/", schools.school_close, name="school-close"),
    path("skolor/<slug:slug>/oppna/", schools.school_reopen, name="school-reopen"),
    path("skolor/<slug:slug>/personer/ny/", people.person_add, name="person-add"),
    path("skolor/<slug:slug>/personer/<int:pk>/", people.person_change, name="person-change"),
    path("skolor/<slug:slug>/personer/<int:person_pk>/roll/", people.membership_add, name="membership-add"),
    path("skolor/<slug:slug>/roller/<int:pk>/avsluta/", people.membership_end, name="membership-end"),
    path("skolor/<slug:slug>/anteckning/", people.note_add, name="note-add"),
    # School years and groups.
    path("lasar/", calendar.year_list, name="year-list"),
    path("lasar/nytt/", calendar.year_add, name="year-add"),
    path("lasar/<slug:year_slug>/", calendar.year_detail, name="year-detail"),
    path("lasar/<slug:year_slug>/stangt/", calendar.closed_add, name="closed-add"),
    path("lasar/stangt/<int:pk>/", calendar.closed_change, name="closed-change"),
    path("lasar/stangt/<int:pk>/ta-bort/", calendar.closed_remove, name="closed-remove"),
    path("lasar/<slug:year_slug>/las-in-klasser/", imports.class_import, name="class-import"),
    path("lasar/<slug:year_slug>/las-in-klasser/mall.<str:kind>", imports.template, name="class-import-template"),
    path("skolor/<slug:slug>/grupper/<slug:year_slug>/", groups.group_list, name="group-list"),
    path("skolor/<slug:slug>/grupper/<slug:year_slug>/ny/", groups.group_add, name="group-add"),
    path("skolor/<slug:slug>/grupp/<int:pk>/", groups.group_change, name="group-change"),
    path("skolor/<slug:slug>/grupp/<int:pk>/avsluta/", groups.group_end, name="group-end"),
    # A school's page and its term plan.
    path("skolor/<slug:slug>/", school_page.school_detail, name="school-detail"),
    path("skolor/<slug:slug>/historik/", school_page.school_history, name="school-history"),
    path("skolor/<slug:slug>/plan/", term_plan.term_plan, name="term-plan"),
    re_path(rf"^skolor/{TERM}/$", term_plan.term_plan_of, name="term-plan-of"),
    re_path(rf"^skolor/{TERM}/bekrafta/$", term_plan.term_plan_confirm, name="term-plan-confirm"),
    # Plans and planned sessions.
    path("skolor/<slug:slug>/plan/<slug:year_slug>/utkast/", plans.plan_draft, name="plan-draft"),
    path("skolor/<slug:slug>/plan/<slug:year_slug>/amnen/", topics.topic_choice, name="topic-choice"),
    path("lasar/<slug:year_slug>/planering/", plans.plan_all, name="plan-all"),
    path("lasar/<slug:year_slug>/planering/installningar/", plans.plan_settings, name="plan-settings"),
    path("pass/<uuid:uuid>/", sessions.session_detail, name="session-detail"),
    path("pass/<uuid:uuid>/flytta/", sessions.session_move, name="session-move"),
    path("pass/<uuid:uuid>/stall-in/", sessions.session_cancel, name="session-cancel"),
    path("pass/<uuid:uuid>/fungerar-inte/", proposals.session_time, name="session-time"),
    # What schools answer.
    path("svar/", replies.reply_list, name="reply-list"),
    path("svar/<uuid:uuid>/godta/", replies.reply_accept, name="reply-accept"),
    path("svar/<uuid:uuid>/avboj/", replies.reply_decline, name="reply-decline"),
    # Occasions: training, meetings, supervision.
    path("tillfallen/", occasions.occasion_list, name="occasion-list"),
    path("tillfallen/nytt/", occasions.occasion_add, name="occasion-add"),
    path("tillfallen/utbildade/", occasions.occasion_untrained, name="occasion-untrained"),
    path("tillfallen/<uuid:uuid>/", occasions.occasion_detail, name="occasion-detail"),
    path("tillfallen/<uuid:uuid>/andra/", occasions.occasion_change, name="occasion-change"),
    path("tillfallen/<uuid:uuid>/bjud-in/", occasions.occasion_invite, name="occasion-invite"),
    path("tillfallen/<uuid:uuid>/bjud-in/<int:pk>/ta-bort/", occasions.occasion_take_back, name="occasion-take-back"),
    path("tillfallen/<uuid:uuid>/stall-in/", occasions.occasion_cancel, name="occasion-cancel"),
    path("tillfallen/<uuid:uuid>/narvaro/", occasions.occasion_attendance, name="occasion-attendance"),
    path("tillfallen/<uuid:uuid>/svara/", occasions.occasion_answer, name="occasion-answer"),
    path("inbjudan/<str:token>/", invitations.invitation, name="invitation"),
    # By a mail's link, without a password.
    path("lank/<str:token>/", links.link_plan, name="link-plan"),
    path("lank/<str:token>/bekrafta/", links.link_confirm, name="link-confirm"),
    path("lank/<str:token>/tid/<uuid:uuid>/", links.link_time, name="link-time"),
    path("lank/<str:token>/tillfalle/<uuid:uuid>/", invitations.link_occasion, name="link-occasion"),
    path("lank/<str:token>/amnen/", links.link_topics, name="link-topics"),
    path("lank/<str:token>/underlag/<slug:slug>/", links.link_material, name="link-material"),
    path("lank/<str:token>/mejl/", links.link_mail, name="link-mail"),
    path("lank/<str:token>/inte-jag/", links.link_not_me, name="link-not-me"),
]
