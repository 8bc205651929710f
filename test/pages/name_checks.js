// scripts/checks/pages runs this in the gallery of the demo. Arguments: nothing, and the callback that takes the list of errors.
// The names of the longest sprites are whole, and inside their tiles.
const [, finish] = arguments;
const errors = [];
const check = (condition, error) => { if (!condition) errors.push(error); };
const search = document.querySelector('input[type="search"]'), before = search.value;
const type = async words => {
  search.value = words;
  search.dispatchEvent(new Event('input', {bubbles: true}));
  await new Promise(done => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 300));
};
type('bulbasaur generation-v').then(() => {
  const tiles = [...document.querySelectorAll('#sheet .tile')], names = new Set(tiles.map(tile => tile.querySelector('.sprite-key').textContent + tile.querySelector('.tree').textContent));
  check(tiles.length > 10 && names.size === tiles.length, `${tiles.length} tiles have ${names.size} names`);
  for (const tile of tiles) {
    const tree = tile.querySelector('.tree'), name = tile.title.replaceAll('\n', ', ');
    check(tree.scrollHeight <= tree.clientHeight + 1 && tree.getBoundingClientRect().bottom <= tile.getBoundingClientRect().bottom, `${name} is cut off: ${tree.textContent}`);
  }
}).then(() => type(before)).catch(error => errors.push(String(error.stack || error))).then(() => finish(errors));
