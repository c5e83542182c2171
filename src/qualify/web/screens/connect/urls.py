"""The addresses of the screen."""

from __future__ import annotations

from django.urls import URLPattern, path

from qualify.web.screens.connect import asides, forms, sources, webhooks

urlpatterns: list[URLPattern] = [
    path("connect", sources.connect, name="connect"),
    path("connect/new", sources.kinds, name="connect-kinds"),
    path("connect/new/<str:kind>", sources.new, name="connect-new"),
    path("connect/<int:source_id>", sources.source, name="connect-source"),
    path("connect/<int:source_id>/key", sources.new_key, name="connect-key"),
    path("connect/<int:source_id>/alias", sources.new_alias, name="connect-alias"),
    path("connect/keys/<int:key_id>/rotate", sources.rotate, name="connect-rotate"),
    path("connect/keys/<int:key_id>/revoke", sources.revoke, name="connect-revoke"),
    path("connect/aside", asides.aside, name="connect-aside"),
    path("connect/aside/replay", asides.replay_them, name="connect-replay"),
    path("connect/forms", forms.hosted, name="connect-forms"),
    path("connect/forms/new", forms.new, name="connect-form-new"),
    path("connect/forms/<str:address>/close", forms.close, name="connect-form-close"),
    path("connect/webhooks", webhooks.webhooks, name="connect-webhooks"),
    path("connect/webhooks/<int:webhook_id>", webhooks.webhook, name="connect-webhook"),
    path("connect/webhooks/<int:webhook_id>/<str:what>", webhooks.change, name="connect-webhook-change"),
    path("connect/tokens", webhooks.tokens, name="connect-tokens"),
]
