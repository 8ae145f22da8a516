// Draws the docs page's viewer; a sample sign-in's button fetches a token and hands it to the viewer.
"use strict";
window.addEventListener("DOMContentLoaded", () => {
  const viewer = window.SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#viewer",
    deepLinking: true,
    filter: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    showExtensions: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    // The page may be open under another of our names than the public one; the policy allows calls to its own only.
    requestInterceptor: (request) => {
      const url = new URL(request.url, window.location.origin);
      request.url = window.location.origin + url.pathname + url.search;
      return request;
    },
  });
  for (const button of document.querySelectorAll("button[data-sign-in]")) {
    button.addEventListener("click", async () => {
      const reply = await fetch("/oauth/token", { method: "POST", body: new URLSearchParams(button.dataset.signIn) });
      const token = await reply.json();
      if (!reply.ok) {
        window.alert(token.title || reply.status);
        return;
      }
      viewer.preauthorizeApiKey("bearer", token.access_token);
      document.querySelectorAll("button[data-sign-in].done").forEach((other) => other.classList.remove("done"));
      button.classList.add("done");
    });
  }
});
