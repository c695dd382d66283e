// Which pictures are shown and in which order: rows of equal height, of which only those near the window are in the
// document.
const collator = new Intl.Collator(undefined, { numeric: true });
const last = (value, sign) => value === null ? Infinity : sign * value;
const orders = {
  newest: (a, b) => b.created - a.created || a.id - b.id,
  oldest: (a, b) => a.created - b.created || a.id - b.id,
  cheapest: (a, b) => byCost(a, b, 1) || a.id - b.id,
  dearest: (a, b) => byCost(a, b, -1) || a.id - b.id,
  prompt: (a, b) => collator.compare(a.prompt || a.file, b.prompt || b.file) || a.id - b.id,
};
function byCost(a, b, sign) {
  const one = last(a.cost, sign), other = last(b.cost, sign);
  return one === other ? 0 : one - other;
}

let view = [];

function choose() {
  const words = $("search").value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const model = $("model").value;
  view = all.filter((one) => (model === "" || one.model === Number(model)) && words.every((word) => one.words.includes(word)));
  view.sort(orders[$("sort").value]);
  $("count").textContent = view.length === all.length ? pictures(all.length) : `${number.format(view.length)} of ${pictures(all.length)}`;
  $("nothing").hidden = view.length > 0;
  $("nothing").firstChild.textContent = all.length ? "No picture matches." : "There are no pictures in this folder yet.";
  $("nothing").lastChild.hidden = !all.length;
  for (const button of document.querySelectorAll("#models button")) button.setAttribute("aria-pressed", String(button.value === model));
  current = 0;
  arrange();
  if (grid.getBoundingClientRect().top < 0) document.querySelector("main").scrollIntoView();
}

function showAll() {
  $("search").value = "";
  $("model").value = "";
  choose();
  $("search").focus();
}

const grid = $("grid"), GAP = 16, TEXT = 58;
const cards = new Map();
let rows = [], places = [], current = 0, width = 0;

function arrange() {
  width = grid.clientWidth;
  const wanted = width < 600 ? 150 : 230;
  rows = []; places = [];
  let top = 0, from = 0, sum = 0;
  for (let i = 0; i < view.length; i++) {
    sum += view[i].aspect;
    const space = width - GAP * (i - from);
    const isLast = i === view.length - 1;
    if (sum * wanted < space && !isLast) continue;
    const height = Math.max(60, Math.floor(Math.min(space / sum, isLast ? wanted : space)));
    let left = 0;
    for (let j = from; j <= i; j++) {
      places.push({ row: rows.length, left, width: Math.min(width, Math.floor(view[j].aspect * height)), height });
      left += places[j].width + GAP;
    }
    if (sum * wanted >= space) places[i].width = width - places[i].left;
    rows.push({ top, from, to: i });
    top += height + TEXT + GAP;
    from = i + 1; sum = 0;
  }
  grid.style.height = `${top}px`;
  // A choice of few of many pictures leaves the bar where it is; few pictures in all need no room below them.
  if (view.length === all.length) document.querySelector("main").classList.toggle("long", top > innerHeight);
  draw();
}

function rowAt(y) {
  let low = 0, high = rows.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (rows[middle].top <= y) low = middle; else high = middle - 1;
  }
  return low;
}

function draw() {
  const wanted = new Map();
  if (view.length) {
    const top = -grid.getBoundingClientRect().top, reach = innerHeight;
    const first = rowAt(top - reach), until = rowAt(top + 2 * reach);
    for (let i = rows[first].from; i <= rows[until].to; i++) wanted.set(i, view[i].id);
    wanted.set(current, view[current].id);
  }
  const kept = new Set(wanted.values());
  for (const [id, card] of cards) if (!kept.has(id)) { card.remove(); cards.delete(id); }
  let cursor = grid.firstChild;
  for (const i of [...wanted.keys()].sort((a, b) => a - b)) {
    const card = cards.get(view[i].id) ?? cardOf(view[i]);
    place(card, i);
    if (card === cursor) cursor = cursor.nextSibling; else grid.insertBefore(card, cursor);
  }
}

function place(card, i) {
  const { row, left, width, height } = places[i];
  Object.assign(card.style, { top: `${rows[row].top}px`, left: `${left}px`, width: `${width}px`, height: `${height + TEXT}px` });
  card.firstChild.firstChild.style.height = `${height}px`;
  card.firstChild.tabIndex = i === current ? 0 : -1;
  card.setAttribute("aria-posinset", i + 1);
  card.setAttribute("aria-setsize", view.length);
  card.position = i;
}

function cardOf(one) {
  const card = make("li", "card"), button = make("button"), frame = make("span", "frame");
  button.type = "button";
  if (one.colour) frame.style.background = one.colour;
  frame.append(one.src === null ? make("small", "", one.file) : thumbnailOf(one));
  const text = make("span", "text", one.prompt || one.file);
  text.dir = "auto";
  const facts = [one.cost === null ? "" : money(one.cost), one.name, date(one.created)].filter(Boolean);
  button.append(frame, text, make("span", "facts", facts.join(" · ")));
  button.title = one.prompt.slice(0, 500) || one.file;
  card.append(button);
  cards.set(one.id, card);
  return card;
}

function thumbnailOf(one) {
  const image = make("img");
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  // Where only the visible files of the folder were copied, the picture itself has to do.
  image.addEventListener("error", () => {
    if (image.getAttribute("src") === one.address) image.replaceWith(make("small", "", one.file)); else image.src = one.address;
  });
  image.src = one.src;
  return image;
}

function goTo(i) {
  const before = cards.get(view[current]?.id);
  if (before) before.firstChild.tabIndex = -1;
  current = Math.max(0, Math.min(view.length - 1, i));
  draw();
  const card = cards.get(view[current].id);
  card.firstChild.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function beside(step) {
  const to = rows[places[current].row + step];
  if (!to) return current;
  const middle = (i) => places[i].left + places[i].width / 2;
  let best = to.from;
  for (let i = to.from; i <= to.to; i++) if (Math.abs(middle(i) - middle(current)) < Math.abs(middle(best) - middle(current))) best = i;
  return best;
}

const moves = {
  ArrowRight: () => current + 1, ArrowLeft: () => current - 1, ArrowDown: () => beside(1), ArrowUp: () => beside(-1),
  Home: () => 0, End: () => view.length - 1,
};
