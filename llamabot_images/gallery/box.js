// One picture, large, with its prompt and the command that makes it again.
const box = $("box");
let shown = 0;

function show(i) {
  shown = Math.max(0, Math.min(view.length - 1, i));
  const one = view[shown];
  enlarge(one);
  $("box-prompt").textContent = one.prompt || one.file;
  $("box-place").textContent = `${number.format(shown + 1)} of ${number.format(view.length)}`;
  $("previous").disabled = shown === 0;
  $("next").disabled = shown === view.length - 1;
  $("copy-prompt").hidden = !one.prompt;
  $("box-file").href = one.address;
  $("box-again").hidden = !commandFor(one);
  $("again").textContent = commandFor(one);
  facts(one);
  const isNew = !box.open;
  if (isNew) box.showModal();
  // A button that is switched off while it has the focus would swallow every key.
  if (isNew || document.activeElement.disabled || !box.contains(document.activeElement)) $("close").focus();
}

function enlarge(one) {
  const picture = $("box-picture"), whole = new Image();
  const isShown = () => view[shown] === one;
  $("box-broken").hidden = true;
  picture.alt = one.prompt || one.file;
  if (one.src) picture.src = one.src; else picture.removeAttribute("src");
  whole.addEventListener("load", () => { if (isShown()) { picture.src = whole.src; size(whole); } });
  whole.addEventListener("error", () => { if (isShown()) broken(one); });
  whole.src = one.address;
}

function broken(one) {
  $("box-broken").hidden = one.src !== null;
  $("box-facts").lastChild.textContent = "unknown";
}

function size(image) {
  $("box-facts").lastChild.textContent = `${image.naturalWidth} × ${image.naturalHeight}`;
}

function facts(one) {
  const rows = [["Model", one.name || "unknown"], ["Cost", money(one.cost)], ["Time", one.seconds === null ? "" : time(one.seconds)],
    ["Date", date(one.created, minutes)], ["File", one.file], ["Size", "…"]];
  $("box-facts").replaceChildren(...rows.filter(([, value]) => value).flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
}

// The page knows the folder only where it is opened as a file; elsewhere the command is for that folder.
function commandFor(one) {
  if (!one.again || /[\u0000-\u001f\u007f-\u009f]/.test(one.file)) return "";
  let folder = "./";
  if (location.protocol === "file:") {
    try { folder = decodeURIComponent(location.pathname.replace(/[^/]*$/, "")); } catch { return ""; }
  }
  if (/[\u0000-\u001f\u007f-\u009f]/.test(folder)) return "";
  const isWindows = /^\/[A-Za-z]:\//.test(folder);
  const path = (isWindows ? folder.slice(1) : folder) + one.file;
  const quoted = /^[\w:./-]+$/.test(path) ? path : `'${path.replaceAll("'", isWindows ? "''" : `'"'"'`)}'`;
  return `llamabot-images again ${quoted}`;
}

function leave() {
  if (view.length) goTo(shown);
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyOldWay(text)) return told("It could not be copied.");
  }
  const before = button.dataset.text ??= button.textContent;
  button.textContent = "Copied";
  told("Copied");
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = before; }, 1500);
}

// On a page from a server without TLS browsers have no clipboard.
function copyOldWay(text) {
  const area = make("textarea", "unseen");
  const focused = document.activeElement;
  area.value = text;
  box.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

// Chromium lets Tab leave a dialog for the browser's own buttons.
function keepInside(event) {
  const inside = [...box.querySelectorAll("button:enabled, a[href], [tabindex]")].filter((one) => one.offsetParent !== null);
  const at = inside.indexOf(document.activeElement), end = event.shiftKey ? 0 : inside.length - 1;
  if (at !== end && at !== -1) return;
  event.preventDefault();
  inside[event.shiftKey ? inside.length - 1 : 0].focus();
}
