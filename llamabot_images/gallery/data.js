// The pictures, and words about them for people.
const $ = (id) => document.getElementById(id);
const data = JSON.parse($("data").textContent);
const thumbs = data.thumbnails;
const all = data.pictures.map(([file, address, thumbnail, aspect, colour, prompt, model, cost, created, seconds, again], id) => {
  const name = data.models[model] ?? "";
  const words = `${prompt}\n${name}\n${file}`.toLocaleLowerCase();
  const src = thumbnail === null ? null : thumbnail === "" ? address : thumbs + thumbnail;
  return { id, file, address, src, aspect, colour, prompt, model, name, cost, created, seconds, again, words };
});

const days = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const minutes = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const number = new Intl.NumberFormat();
const pictures = (count) => `${number.format(count)} ${count === 1 ? "picture" : "pictures"}`;
const date = (seconds, format = days) => format.format(new Date(seconds * 1000));
const time = (seconds) => seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;

function money(cost) {
  if (cost === null) return "unknown";
  if (cost === 0) return "free";
  return "$" + (cost >= 0.1 ? cost.toFixed(2) : Number(cost.toPrecision(2)).toLocaleString("en", { maximumFractionDigits: 8 }));
}

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function told(text) {
  $("told").textContent = "";
  requestAnimationFrame(() => { $("told").textContent = text; });
}
