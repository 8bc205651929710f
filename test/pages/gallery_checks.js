// scripts/checks/pages runs this in a gallery. Arguments: the expected contents, and the callback that takes the list of
// errors.
const [expected, finish] = arguments;
const errors = [];
const check = (condition, error) => { if (!condition) errors.push(error); };
const equal = (actual, wanted, name) => check(JSON.stringify(actual) === JSON.stringify(wanted),
                                              `${name}: ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`);
const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const tiles = () => [...document.querySelectorAll('#sheet .tile')];
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
  const there = expected.there ?? expected.all - (expected.missing ?? 0);
  check(count().startsWith(there.toLocaleString('en') + ' sprites of '), `the count is '${count()}'`);
  check(/written on \d|written on [A-Z]/.test(document.getElementById('date').textContent), 'there is no date');
  check(tiles().length > 0 && tiles().length <= Math.min(expected.all, 300), `${tiles().length} tiles`);
  check(document.querySelectorAll('*').length < 4500, `${document.querySelectorAll('*').length} elements`);
  check(document.documentElement.scrollWidth <= innerWidth, 'the page is wider than its window');
  for (const field of document.querySelectorAll('input, select')) check(field.labels.length === 1, `${field.id} has no label`);
  for (const image of document.images) check(image.alt, 'a picture without alternative text');
  const positions = [...document.querySelectorAll('li[aria-posinset]')].map(item => Number(item.getAttribute('aria-posinset')));
  check(positions.every((position, index) => index === 0 || positions[index - 1] < position), 'tiles are out of order');

  if (expected.names) {
    await Promise.all([...document.images].map(image => image.complete || new Promise(done => { image.onload = image.onerror = done; })));
    await frames();
    for (const image of document.images) check(image.naturalWidth > 0, `${image.src} is not a picture`);
    equal(document.images.length, expected.there, 'pictures');
    equal([...new Set([...document.querySelectorAll('.name')].map(name => name.textContent))].sort(), expected.names.sort(), 'names');
    check([...document.images].every(image => getComputedStyle(image).imageRendering === 'pixelated'), 'pixels are not crisp');
    check(tiles().some(tile => tile.textContent.includes(expected.reason)), `no tile says '${expected.reason}'`);
  }
  for (const [status, name] of [[0, 'there'], [1, 'missing'], [2, 'failed']]) {
    await set('status', status, 'change');
    if (expected[name] !== undefined && expected[name] > 0 && expected[name] < expected.all)
      equal(count(), (status === 0 ? `${expected[name].toLocaleString('en')} of ` : '0 of ') + `${there.toLocaleString('en')} sprites` +
                     (status === 0 ? '' : `, ${expected[name]} ${name}`), name);
  }
  await set('status', '', 'change');

  for (const [words, found] of expected.searches) {
    await set('search', words, 'input');
    const told = [...count().matchAll(/([\d,]+)(?: of|,|$| missing| failed)/g)];
    const sum = told.filter(part => !part.input.slice(0, part.index).endsWith(' of ')).reduce((all, part) => all + Number(part[1].replaceAll(',', '')), 0);
    equal(sum, found, `the search for '${words}': ${count()}`);
    equal(document.getElementById('nothing').hidden, found > 0, 'the message that nothing was found is hidden');
  }
  await set('search', '', 'input');

  // By keyboard, from the first to the last and back.
  const active = () => Number(document.activeElement.dataset.index);
  equal(tiles().filter(tile => tile.tabIndex === 0).length, 1, 'number of tiles in the tab order');
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
  // The large view: opened, moved and closed by keyboard and mouse; it is in the address.
  const large = document.getElementById('large'), name = () => document.getElementById('large-name').textContent;
  document.activeElement.click();
  await frames();
  check(large.open, 'Enter opens no large view');
  const begun = name(), address = location.hash;
  check(address.includes('pokemon='), `the address is ${address}`);
  check(large.querySelectorAll('.tile').length >= (expected.names ? 2 : 38), 'the large view lacks sprites');
  await press('ArrowRight');
  check(name() !== begun && location.hash !== address, 'the right arrow does not show the next');
  document.getElementById('back').click();
  await frames();
  equal([name(), location.hash], [begun, address], 'after back');
  check(large.scrollWidth <= large.clientWidth + 1, 'the large view is too wide');
  document.getElementById('close').click();
  await frames();
  check(!large.open && !location.hash.includes('pokemon='), 'the large view does not close');

  // Grouped by sprite, the first sprites are of one key.
  await set('group', 'sprite', 'change');
  const keys = new Set(tiles().slice(0, 3).map(tile => tile.title.split('\n')[1]));
  check(keys.size === 1 && document.querySelector('.group'), 'sprites are not grouped by sprite');
  equal([...document.querySelectorAll('li[aria-posinset]')].length > 0 && location.hash, '#group=sprite', 'the address');
  await set('group', 'pokemon', 'change');

  // The address chooses.
  location.hash = '#q=' + encodeURIComponent(expected.searches[0][0]) + '&size=192';
  await frames();
  await frames();
  equal([document.getElementById('search').value, document.getElementById('size').value], [expected.searches[0][0], '192'], 'the choice in the address');
  location.hash = '';
  await frames();
  await frames();
  equal(document.getElementById('search').value, '', 'the search without an address');

  if (expected.names) {
    const names = (await Promise.all(tiles().map(tile => tile.querySelector('.picture p')?.textContent ?? ''))).filter(text => text.startsWith('failed'));
    check(names.every(text => !/^failed: GET/.test(text)), `an address comes before its reason: ${names[0]}`);
    dispatchEvent(new Event('beforeprint'));
    equal(tiles().length, expected.all, 'sprites that are printed');
    dispatchEvent(new Event('afterprint'));
    await frames();
  }
  document.activeElement.blur();
  scrollTo(0, 0);
  await frames();
}
checkAll().catch(error => errors.push(String(error.stack || error))).then(() => finish(errors));
