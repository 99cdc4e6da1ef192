// SPDX-License-Identifier: Apache-2.0
// Fetches status.json each second and renders its member `page` with the template that the server has rendered it with.
"use strict";
(() => {
  const template = document.getElementById("template").textContent;
  const lost = document.getElementById("lost");
  let heard = new Date();

  const entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"};
  const escaped = text => String(text).replace(/[&<>"']/g, c => entities[c]);

  // Mustache as far as view.html uses it: {{name}}, always escaped, and {{#name}}...{{/name}} for lists, objects and booleans.
  // A name that an inner object does not have is looked up in those around it.
  function render(text, scopes) {
    const find = name => scopes.find(scope => Object.hasOwn(scope, name))?.[name];
    return text.replace(/\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\1\}\}|\{\{(\w+)\}\}/g, (_, section, inner, name) => {
      if (name) {
        return escaped(find(name) ?? "");
      }
      const value = find(section);
      const items = Array.isArray(value) ? value : value ? [value] : [];
      return items.map(item => render(inner, [Object(item), ...scopes])).join("");
    });
  }

  // Only what has changed, so that a selection stays, and readers of a screen are told what is new.
  function show(page) {
    const fresh = new DOMParser().parseFromString(render(template, [page]), "text/html").body;
    for (const part of fresh.children) {
      const old = document.getElementById(part.id);
      if (old.innerHTML !== part.innerHTML && !getSelection().containsNode(old, true)) {
        old.innerHTML = part.innerHTML;
      }
    }
    document.title = page.title;
  }

  async function update() {
    try {
      const answer = await fetch("status.json", {cache: "no-store", signal: AbortSignal.timeout(5000)});
      if (!answer.ok) {
        throw new Error(answer.status);
      }
      show((await answer.json()).page);
      heard = new Date();
      lost.hidden = true;
    } catch {
      document.getElementById("since").textContent = heard.toISOString().replace(/\.\d+/, "");
      lost.hidden = false;
      document.title = "no answer \u2013 dns-fastpath";
    }
    setTimeout(update, 1000);
  }
  setTimeout(update, 1000);
})();
