"""The pages of the company's site: path, title, and the behaviour a view of it counts as."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Page:
    """A page; `share` is its part of the views of its behaviour (a name in `behaviour.BEHAVIOURS`)."""

    path: str
    title: str
    behaviour: str
    share: float = 1.0


PAGES: tuple[Page, ...] = (
    Page("/", "Home", "home_page"),
    Page("/product", "Product", "product_pages", 0.4),
    Page("/product/scoring", "Scoring", "product_pages", 0.3),
    Page("/product/routing", "Routing", "product_pages", 0.2),
    Page("/product/integrations", "Integrations", "product_pages", 0.1),
    Page("/pricing", "Pricing", "pricing_page"),
    Page("/docs", "Documentation", "docs_pages", 0.4),
    Page("/docs/getting-started", "Getting started", "docs_pages", 0.35),
    Page("/docs/api", "API reference", "docs_pages", 0.25),
    Page("/blog", "Blog", "blog_pages", 0.3),
    Page("/blog/what-is-lead-scoring", "What is lead scoring?", "blog_pages", 0.25),
    Page("/blog/mql-vs-sql", "MQL vs SQL", "blog_pages", 0.2),
    Page("/blog/email-open-rates", "Why open rates mislead", "blog_pages", 0.15),
    Page("/blog/year-in-review", "Our year in review", "blog_pages", 0.1),
    Page("/customers", "Customers", "customer_pages", 0.5),
    Page("/customers/velmamero-logistics", "How Velmamero Logistics sells", "customer_pages", 0.3),
    Page("/customers/krellisko-health", "Krellisko Health's story", "customer_pages", 0.2),
    Page("/careers", "Careers", "careers_page"),
    Page("/security", "Security", "security_page"),
    Page("/demo", "Book a demo", "demo_page"),
)


def page_weights(behaviour: str) -> list[float]:
    """How the views of a behaviour fall on the pages: one weight per page of `PAGES`."""
    return [page.share if page.behaviour == behaviour else 0.0 for page in PAGES]
