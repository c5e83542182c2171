"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.day import doing, views

urlpatterns: list[URLPattern] = [
    path("day", views.day, name="day"),
    path("day/calendar.ics", views.calendar, name="day-calendar"),
    path("day/do", doing.at_once, name="day-do"),
    path("day/contact/<int:lead_id>", doing.contact, name="day-contact"),
    path("day/write/<int:lead_id>", doing.write, name="day-write"),
]
