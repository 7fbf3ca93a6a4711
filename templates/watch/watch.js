"use strict";
// What the server says, a JSON object at a time: {html, working, findings: [{severity, text}], good}.  Texts are only ever set as text.
const report = document.getElementById("report"), panel = document.getElementById("findings");
let shown = "";

function load(version) {
  if (version === shown) return;
  const inside = report.contentWindow, at = [inside.scrollX, inside.scrollY];
  const first = shown === "";
  shown = version;
  report.onload = () => {
    document.title = report.contentDocument.title || "reportgen watch";
    if (!first) report.contentWindow.scrollTo(...at);
  };
  if (first) report.src = "/report.html" + location.hash; else inside.location.reload();
}

function tell(state) {
  document.getElementById("none").hidden = state.html !== "";
  report.hidden = state.html === "";
  if (state.html !== "") load(state.html);
  const errors = state.findings.filter(f => f.severity === "error").length;
  panel.hidden = state.findings.length === 0;
  panel.className = errors ? "" : "only-warnings";
  document.getElementById("lead").textContent = errors
    ? "The page behind this is the last good one. It is renewed when these are gone." : "The page is up to date; these are warnings.";
  document.getElementById("list").replaceChildren(...state.findings.map(finding => {
    const item = document.createElement("li"), text = document.createElement("pre");
    text.textContent = finding.text;
    item.append(text);
    return item;
  }));
  document.getElementById("status").textContent = state.working ? "building…" : "";
}

tell(first);
const source = new EventSource("/-/events");
source.onmessage = event => tell(JSON.parse(event.data));
source.onerror = () => { document.getElementById("status").textContent = "reportgen watch does not answer"; };
