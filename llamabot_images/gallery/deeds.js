// What people do.
let waiting = 0;
const soon = (work) => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(work); };
addEventListener("scroll", () => soon(draw), { passive: true });
addEventListener("resize", () => soon(() => grid.clientWidth === width ? draw() : arrange()));
$("models").addEventListener("toggle", () => soon(draw));
$("search").addEventListener("input", choose);
$("model").addEventListener("change", choose);
$("sort").addEventListener("change", choose);
document.querySelector(".bar").addEventListener("submit", (event) => event.preventDefault());
$("nothing").lastChild.addEventListener("click", showAll);
$("models").addEventListener("click", ({ target }) => {
  if (target.tagName !== "BUTTON") return;
  $("model").value = $("model").value === target.value ? "" : target.value;
  choose();
});
grid.addEventListener("click", ({ target }) => {
  const card = target.closest(".card");
  if (card) show(card.position);
});
grid.addEventListener("keydown", (event) => {
  if (!moves[event.key] || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  current = event.target.closest(".card").position;
  goTo(moves[event.key]());
});
addEventListener("keydown", (event) => {
  if (event.key !== "/" || box.open || event.ctrlKey || event.metaKey || event.target.closest("input, select")) return;
  event.preventDefault();
  $("search").focus();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Tab") keepInside(event);
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.id === "again") return;
  if (event.key === "ArrowRight") show(shown + 1);
  if (event.key === "ArrowLeft") show(shown - 1);
});
box.addEventListener("close", leave);
$("close").addEventListener("click", () => box.close());
$("previous").addEventListener("click", () => show(shown - 1));
$("next").addEventListener("click", () => show(shown + 1));
$("copy-prompt").addEventListener("click", ({ target }) => copy(view[shown].prompt, target));
$("copy-again").addEventListener("click", ({ target }) => copy(commandFor(view[shown]), target));

introduce();
choose();
