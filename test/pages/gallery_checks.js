// Run by scripts/checks/pages in a gallery; arguments: what is expected of it, and the callback for what is wrong.
const [expected, finish] = arguments;
const wrong = [];
const check = (is, what) => { if (!is) wrong.push(what); };
const equal = (is, should, what) => check(JSON.stringify(is) === JSON.stringify(should),
                                          `${what}: ${JSON.stringify(is)}, not ${JSON.stringify(should)}`);
const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const tiles = () => [...document.querySelectorAll('.tile')];
const count = () => document.querySelector('#count').textContent;
const set = async (id, value, event) => {
  document.getElementById(id).value = value;
  document.getElementById(id).dispatchEvent(new Event(event, {bubbles: true}));
  await frames();
};
const press = async key => {
  document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  await frames();
};

async function checkAll() {
  await frames();
  check(count().startsWith(expected.all.toLocaleString('en') + ' sprites of '), `the count is '${count()}'`);
  check(tiles().length > 0 && tiles().length <= Math.min(expected.all, 300), `${tiles().length} tiles`);
  check(document.querySelectorAll('*').length < 3000, `${document.querySelectorAll('*').length} elements`);
  check(document.documentElement.scrollWidth <= innerWidth, 'the page is wider than its window');
  for (const field of document.querySelectorAll('input, select')) check(field.labels.length === 1, `${field.id} has no label`);
  for (const image of document.images) check(image.alt, 'a picture without a text');
  const positions = [...document.querySelectorAll('li')].map(place => Number(place.getAttribute('aria-posinset')));
  check(positions.every((position, index) => index === 0 || positions[index - 1] < position), 'tiles are out of order');

  if (expected.names) {
    await Promise.all([...document.images].map(image => image.complete || new Promise(done => { image.onload = image.onerror = done; })));
    await frames();
    for (const image of document.images) check(image.naturalWidth > 0, `${image.src} is no picture`);
    equal(document.images.length, expected.there, 'pictures');
    equal([...new Set([...document.querySelectorAll('.name')].map(name => name.textContent))].sort(), expected.names.sort(), 'names');
    check([...document.images].every(image => getComputedStyle(image).imageRendering === 'pixelated'), 'pixels are not crisp');
    check(tiles().some(tile => tile.textContent.includes(expected.reason)), `no tile says '${expected.reason}'`);
  }
  for (const [status, name] of [[0, 'there'], [1, 'missing'], [2, 'failed']]) {
    await set('status', status, 'change');
    if (expected[name] !== undefined && expected[name] > 0 && expected[name] < expected.all)
      equal(count(), `${expected[name].toLocaleString('en')} of ${expected.all.toLocaleString('en')} sprites`, name);
  }
  await set('status', '', 'change');

  for (const [words, found] of expected.searches) {
    await set('search', words, 'input');
    equal(count(), `${found.toLocaleString('en')} of ${expected.all.toLocaleString('en')} sprites`, `the search for '${words}'`);
    equal(document.getElementById('nothing').hidden, found > 0, 'that nothing was found');
  }
  await set('search', '', 'input');

  // By keyboard, from the first to the last and back.
  const active = () => Number(document.activeElement.dataset.index);
  equal(tiles().filter(tile => tile.tabIndex === 0).length, 1, 'tiles that Tab reaches');
  document.querySelector('.tile[tabindex="0"]').focus();
  await press('ArrowRight');
  equal(active(), 1, 'after the right arrow');
  await press('End');
  equal(active(), expected.all - 1, 'after End');
  const last = document.activeElement.getBoundingClientRect(), header = document.querySelector('header').getBoundingClientRect();
  check(last.top >= header.bottom - 1 && last.bottom <= innerHeight + 1, 'the last tile is not in view');
  await press('Home');
  equal(active(), 0, 'after Home');
  const first = document.activeElement.getBoundingClientRect();
  check(first.top >= document.querySelector('header').getBoundingClientRect().bottom - 1, 'the first tile is covered');
  document.activeElement.blur();
  scrollTo(0, 0);
  await frames();
}
checkAll().catch(error => wrong.push(String(error.stack || error))).then(() => finish(wrong));
