// Run by scripts/checks/pages in the report of bench; arguments: the JSON that bench printed, and the callback for what is
// wrong.
const [expected, finish] = arguments;
const wrong = [];
const check = (is, what) => { if (!is) wrong.push(what); };
const sorted = value => value === null || typeof value !== 'object' || Array.isArray(value) ? value
  : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
const text = value => JSON.stringify(value, (key, part) => sorted(part));
const equal = (is, should, what) => check(text(is) === text(should), `${what}: ${text(is).slice(0, 300)}, not ${text(should).slice(0, 300)}`);
const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const near = (a, b, most) => Math.abs(a - b) <= most;
const name = configuration => configuration.mode === 'serial' ? 'serial' : `${configuration.mode} × ${configuration.workers}`;
const marks = place => [...document.querySelectorAll(`#${place} svg [data-configuration]`)];
const number = (mark, key) => Number(mark.dataset[key]);

function checkFits() {
  check(document.documentElement.scrollWidth <= innerWidth, 'the page is wider than its window');
  for (const svg of document.querySelectorAll('figure svg[role="img"]')) {
    const {width, height} = svg.viewBox.baseVal, title = svg.querySelector('title').textContent;
    check(near(svg.clientWidth, width, 1), `${title}: drawn ${width} wide, shown ${svg.clientWidth}`);
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBBox();
      check(box.x >= -1 && box.y >= -1 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1,
            `${title}: '${text.textContent}' is cut off at ${JSON.stringify([box.x, box.y, box.width, box.height, width, height])}`);
    }
  }
}

// A chart's marks have the values of the JSON, and lie where their values say.
function checkMarks() {
  const values = {throughput: configuration => configuration.sprites_per_second.median, cpu: configuration => configuration.cpu_seconds.median,
                  latency: configuration => configuration.sprite_p50_ms.median, memory: configuration => configuration.peak_pss_bytes / 2 ** 20};
  for (const [place, valueOf] of Object.entries(values))
    equal(Object.fromEntries(marks(place).map(mark => [mark.dataset.configuration, number(mark, 'value')])),
          Object.fromEntries(expected.modes.map(configuration => [name(configuration), valueOf(configuration)])), place);
  const scale = (place, lengthOf) => {
    const scales = marks(place).map(mark => lengthOf(mark) / number(mark, 'value'));
    check(near(Math.max(...scales), Math.min(...scales), 1e-6 * Math.max(...scales)), `${place} has no one scale: ${scales}`);
  };
  scale('throughput', mark => number(mark, 'base') - number(mark, 'y'));
  for (const place of ['cpu', 'memory']) scale(place, mark => mark.width.baseVal.value);
  for (const mark of marks('throughput')) {
    const box = mark.getBBox();
    check(near(box.y + box.height / 2, number(mark, 'y'), 2), `the mark of ${mark.dataset.configuration} is elsewhere`);
  }
  for (const mark of marks('latency'))
    check(near(10 ** number(mark, 'log'), number(mark, 'value'), .01 * number(mark, 'value')), `the median of ${mark.dataset.configuration} is elsewhere`);
}

function checkTimeLines() {
  const figures = [...document.querySelectorAll('#lines figure')];
  equal(figures.length, expected.modes.length, 'time lines');
  figures.forEach((figure, index) => {
    const configuration = expected.modes[index], bars = [...figure.querySelectorAll('rect.span')];
    const title = figure.querySelector('h3').textContent;
    check(title.startsWith(name(configuration) + ': '), `the time line of ${name(configuration)} is called ${title}`);
    const end = Math.max(...configuration.time_line.spans.map(span => span[2]));
    const last = Math.max(...bars.map(bar => bar.x.baseVal.value + bar.width.baseVal.value));
    const perMs = (last - 84) / end;
    const drawn = bars.map(bar => [bar.querySelector('title').textContent.split(': ')[0],
                                   Math.round((bar.x.baseVal.value - 84) / perMs * 10), Math.round(bar.width.baseVal.value / perMs * 10)]);
    const spans = configuration.time_line.spans.map(([, begin, until, sprite]) => [sprite, Math.round(begin * 10), Math.round((until - begin) * 10)]);
    const inOrder = rows => rows.map(row => row.join(' ')).sort();
    const off = drawn.length === spans.length ? inOrder(drawn).filter((row, at) => {
      const [a, b] = [row, inOrder(spans)[at]].map(text => text.match(/^(.*) (-?\d+) (-?\d+)$/).slice(1));
      return a[0] !== b[0] || !near(Number(a[1]), Number(b[1]), 2) || !near(Number(a[2]), Number(b[2]), 2);
    }) : [`${drawn.length} bars`];
    check(off.length === 0, `${title}: ${off[0]}, where the JSON has other times, or ${spans.length} sprites`);
    const workers = new Set(configuration.time_line.spans.map(span => span[0]));
    equal([...figure.querySelectorAll('text')].filter(text => text.textContent.startsWith('worker ')).length, workers.size, `lanes of ${name(configuration)}`);
  });
}

async function checkAll() {
  await frames();
  equal(JSON.parse(document.getElementById('data').textContent), expected, 'the data');
  checkFits();
  checkMarks();
  checkTimeLines();
  for (const figure of document.querySelectorAll('figure')) {
    const svg = figure.querySelector('.chart svg'), [title, text] = svg.getAttribute('aria-labelledby').split(' ').map(id => document.getElementById(id));
    check(svg.getAttribute('role') === 'img' && title.textContent && text.textContent, 'a chart without words');
    check(svg.querySelector('.unit'), `${title.textContent}: an axis without its unit`);
    const details = figure.querySelector('details');
    details.open = true;
    await frames();
    const rows = details.querySelectorAll('tbody tr').length;
    check(rows >= expected.modes.length || rows === expected.sprites, `${title.textContent}: a table of ${rows} rows`);
  }
  const medians = [...document.querySelectorAll('#throughput tbody tr')].map(row => Number(row.cells[2].textContent));
  equal(medians, expected.modes.map(configuration => configuration.sprites_per_second.median), 'the table of sprites a second');
  checkFits();
  check(document.getElementById('facts').textContent.includes(expected.command), 'the command is not there');
  const same = document.getElementById('same');
  same.click();
  await frames();
  checkFits();
  same.click();
  for (const details of document.querySelectorAll('details')) details.open = false;
  await frames();
}
checkAll().catch(error => wrong.push(String(error.stack || error))).then(() => finish(wrong));
