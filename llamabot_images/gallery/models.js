// The models, compared by cost and time: a table with bars.
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function byModel() {
  return data.models.map((name, model) => {
    const own = all.filter((one) => one.model === model), priced = own.filter((one) => one.cost !== null);
    const cost = priced.length ? priced.reduce((sum, one) => sum + one.cost, 0) : null;
    const seconds = own.map((one) => one.seconds).filter((one) => one !== null).sort((a, b) => a - b);
    return { name, model, count: own.length, cost, each: cost === null ? null : cost / priced.length,
      half: seconds.length ? quantile(seconds, 0.5) : null, most: seconds.length ? quantile(seconds, 0.9) : null };
  }).sort((a, b) => (b.cost ?? -1) - (a.cost ?? -1) || b.count - a.count);
}

function bar(className, text, share, reach) {
  const chart = make("span", `chart ${className}`), svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const draw = (tag, values) => {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(values)) part.setAttribute(key, value);
    svg.append(part);
  };
  svg.setAttribute("aria-hidden", "true");
  if (share > 0) draw("rect", { x: 0, y: 0, rx: 2, height: 10, width: `${Math.max(share * 100, 0.8)}%` });
  if (reach > share) draw("line", { x1: `${share * 100}%`, x2: `${reach * 100}%`, y1: 5, y2: 5 });
  chart.append(make("span", "", text), svg);
  return chart;
}

function rowOf(one, dearest, slowest) {
  const row = make("tr"), name = make("th"), button = make("button", "", one.name);
  name.scope = "row";
  button.type = "button";
  button.value = String(one.model);
  button.title = "Show only this model";
  name.append(button);
  const cost = make("td"), seconds = make("td");
  cost.append(one.cost === null ? "unknown" : bar("cost", money(one.cost), dearest ? one.cost / dearest : 0, 0));
  seconds.append(one.half === null ? "–" : bar("time", time(one.half), slowest ? one.half / slowest : 0, slowest ? one.most / slowest : 0));
  row.append(name, make("td", "", number.format(one.count)), cost, make("td", "", one.each === null ? "–" : money(one.each)), seconds);
  return row;
}

function introduce() {
  const models = byModel(), known = all.filter((one) => one.cost !== null);
  const sum = known.reduce((total, one) => total + one.cost, 0);
  const dates = all.map((one) => one.created);
  const first = all.length ? date(dates.reduce((a, b) => Math.min(a, b))) : "", end = all.length ? date(dates.reduce((a, b) => Math.max(a, b))) : "";
  $("summary").textContent = [pictures(all.length), models.length && `${models.length} ${models.length === 1 ? "model" : "models"}`,
    known.length && (known.length < all.length ? `${money(sum)} for ${number.format(known.length)} of them` : money(sum)),
    first && (first === end ? first : `${first} – ${end}`)].filter(Boolean).join("  ·  ");
  const named = [...models].sort((a, b) => collator.compare(a.name, b.name));
  const option = (text, value) => { const one = make("option", "", text); one.value = value; return one; };
  $("model").append(option("All models", ""), ...named.map((one) => option(`${one.name} (${number.format(one.count)})`, one.model)));
  const dearest = Math.max(...models.map((one) => one.cost ?? 0)), slowest = Math.max(...models.map((one) => one.most ?? 0));
  $("models").hidden = !models.length;
  $("models").open = models.length <= 6 && innerHeight > 600;
  $("models").querySelector("tbody").append(...models.map((one) => rowOf(one, dearest, slowest)));
}
