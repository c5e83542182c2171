// Beside allauth's own: a passkey is offered only where the browser can, and what went wrong is said.
(() => {
  "use strict";
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".passkey").forEach((part) => {
    if (window.PublicKeyCredential) part.hidden = false;
    else document.querySelectorAll("[data-no-passkey]").forEach((said) => { said.hidden = false; });
  }));
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    document.querySelectorAll("[data-passkey-trouble]").forEach((said) => { said.hidden = false; said.setAttribute("role", "alert"); });
    document.querySelectorAll("form button[disabled]").forEach((button) => { button.disabled = false; });
  });
})();
