// Starts the browser's side: loads the program, then wakes the islands the server rendered.
// A file of its own, so that pages hold no inline script and the Content-Security-Policy needs no nonce.

// A form that was sent is not sent again before it is answered, and what was pressed shows it. What answers with a file
// leaves the page as it is.
const ANSWERED_BY_MS = 10_000;
function rest(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.dataset.answer === "file") return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(rest, ANSWERED_BY_MS, form);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(rest));

const { app, wasm } = document.querySelector("script[data-app]").dataset;

// Leptos looks for what its streaming renderer would have inlined. Our pages await nothing, so there is nothing.
Object.assign(globalThis, { __RESOLVED_RESOURCES: [], __SERIALIZED_ERRORS: [], __INCOMPLETE_CHUNKS: [] });

const program = await import(app);
await program.default({ module_or_path: wasm });
program.hydrate();

// An island is called NAME_HASH, where the hash is of its source as the compiler prints it. The two sides may be
// built by two compilers, so it is found by its name alone.
const nameOf = (id) => id.replace(/_\d+$/, "");
const islands = new Map(Object.entries(program).map(([id, wake]) => [nameOf(id), wake]));

// `adopt` makes the island around it the owner of an inner one, so that the inner one finds its context.
function walk(node, adopt) {
  if (node.localName === "leptos-island") {
    adopt?.();
    islands.get(nameOf(node.dataset.component))(node);
  }
  const adoptInner = node.localName === "leptos-children" ? node.$$on_hydrate : adopt;
  for (const child of [...node.children]) walk(child, adoptInner);
}
walk(document.body);

// Until here nothing on the page moves, and it says as of when it is.
document.documentElement.dataset.awake = "";
