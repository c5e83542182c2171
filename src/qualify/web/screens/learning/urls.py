"""The addresses of the learning pages."""

from __future__ import annotations

from django.urls import path

from qualify.web.screens.learning import customers, deeds, models, thresholds, views

urlpatterns = [
    path("learning", views.learning, name="learning"),
    path("learning/thresholds", thresholds.thresholds, name="learning-thresholds"),
    path("learning/icp", customers.icp, name="learning-icp"),
    path("learning/drift", views.drift, name="learning-drift"),
    path("learning/models", models.models, name="learning-models"),
    path("learning/now", deeds.learn_now, name="learning-now"),
    path("learning/draft", deeds.draft, name="learning-draft"),
    path("learning/question", deeds.question, name="learning-question"),
    path("learning/schedule", deeds.schedule, name="learning-schedule"),
    path("learning/force", deeds.force, name="learning-force"),
]
