"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.start import views

urlpatterns: list[URLPattern] = [
    path("", views.first_page, name="home"),
    path("start", views.start, name="start"),
    path("start/company", views.company, name="start-company"),
    path("start/playbook", views.playbook, name="start-playbook"),
    path("start/leads", views.leads, name="start-leads"),
    path("start/snippet", views.snippet, name="start-snippet"),
    path("start/market", views.market, name="start-market"),
    path("start/market/remove", views.market_removal, name="start-market-removal"),
    path("start/with/<str:token>", views.claim, name="start-claim"),
]
