// scripts/checks/pages runs this in the report of bench. Arguments: the JSON that bench printed, and the callback that takes
// the list of errors.
const [expected, finish] = arguments;
const errors = [];
const check = (condition, error) => { if (!condition) errors.push(error); };
const sorted = value => value === null || typeof value !== 'object' || Array.isArray(value) ? value
  : Object.fromEntries(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
const text = value => JSON.stringify(value, (key, part) => sorted(part));
const equal = (actual, wanted, name) =>
  check(text(actual) === text(wanted), `${name}: ${text(actual).slice(0, 300)}, not ${text(wanted).slice(0, 300)}`);
const frames = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;
const actsOf = bench => [bench, ...bench.further_acts].map(act => [...act.modes, ...act.cpython.map(each => ({...each, cpython: true}))]);
const acts = actsOf(expected), configurations = acts.flat();
const name = ({mode, workers, cpython}) => mode === 'serial' ? 'serial' : `${cpython ? 'CPython ' : ''}${mode} × ${workers}`;
const charts = place => [...document.querySelectorAll(`#${place} figure .chart svg`)];
const marks = svg => [...svg.querySelectorAll('[data-configuration]')];
const number = (mark, key) => Number(mark.dataset[key]);
const tip = document.getElementById('tip');
const press = async (target, key) => {
  target.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
  await frames();
};

function checkFits() {
  check(document.documentElement.scrollWidth <= innerWidth, 'the page is wider than its window');
  for (const svg of document.querySelectorAll('figure svg[role="img"]')) {
    const {width, height} = svg.viewBox.baseVal, title = svg.closest('figure').querySelector('h3').textContent;
    check(near(svg.clientWidth, width, 1), `${title}: drawn with a width of ${width}, shown with ${svg.clientWidth}`);
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBBox();
      check(box.x >= -1 && box.y >= -1 && box.x + box.width <= width + 1 && box.y + box.height <= height + 1,
            `${title}: '${text.textContent}' is cut off at ${JSON.stringify([box.x, box.y, box.width, box.height, width, height])}`);
    }
  }
  if (innerWidth >= 1280 && !document.body.classList.contains('two'))
    for (const table of document.querySelectorAll('#all .table'))
      check(table.scrollWidth <= table.clientWidth && table.scrollHeight <= table.clientHeight + 1, `the table of all measurements is cut: ${table.scrollWidth} > ${table.clientWidth}`);
}

// The marks of a chart have the values of the JSON, and their positions match the values.
function checkMarks() {
  const values = {throughput: configuration => configuration.sprites_per_second.median, cpu: configuration => configuration.cpu_seconds.median,
                  latency: configuration => configuration.sprite_p50_ms.median, memory: configuration => configuration.peak_pss_bytes / 2 ** 20};
  const scale = (title, scales) => check(near(Math.max(...scales), Math.min(...scales), 1e-6 * Math.max(...scales)), `${title} has more than one scale: ${scales}`);
  for (const [place, valueOf] of Object.entries(values)) {
    equal(charts(place).length, acts.length, `charts of ${place}`);
    charts(place).forEach((svg, act) => {
      equal(Object.fromEntries(marks(svg).map(mark => [mark.dataset.configuration, number(mark, 'value')])),
            Object.fromEntries(acts[act].map(configuration => [name(configuration), valueOf(configuration)])), place);
      if (place === 'throughput') {
        scale(place, marks(svg).map(mark => (number(mark, 'base') - number(mark, 'y')) / number(mark, 'value')));
        for (const mark of marks(svg)) {
          const box = mark.getBBox();
          check(near(box.y + box.height / 2, number(mark, 'y'), 2), `the mark of ${mark.dataset.configuration} has a wrong position`);
        }
      } else if (place === 'latency') {
        for (const mark of marks(svg))
          check(near(10 ** number(mark, 'log'), number(mark, 'value'), .01 * number(mark, 'value')), `the median of ${mark.dataset.configuration} has a wrong position`);
      } else {
        scale(place, marks(svg).map(mark => mark.width.baseVal.value / number(mark, 'value')));
      }
    });
  }
}

function checkTimeLines() {
  const figures = [...document.querySelectorAll('#lines figure')], scales = [];
  equal(figures.length, configurations.length, 'time lines');
  figures.forEach((figure, index) => {
    const configuration = configurations[index], bars = [...figure.querySelectorAll('rect.span')];
    const title = figure.querySelector('h3').textContent;
    check(title.startsWith(name(configuration) + ': '), `the time line of ${name(configuration)} has the title ${title}`);
    const end = Math.max(...configuration.time_line.spans.map(span => span[2]));
    const last = Math.max(...bars.map(bar => bar.x.baseVal.value + bar.width.baseVal.value));
    const perMs = (last - 84) / end;
    scales.push(perMs);
    const drawn = bars.map(bar => [bar.dataset.tip.split(': ')[0],
                                   Math.round((bar.x.baseVal.value - 84) / perMs * 10), Math.round(bar.width.baseVal.value / perMs * 10)]);
    const spans = configuration.time_line.spans.map(([, begin, until, sprite]) => [sprite, Math.round(begin * 10), Math.round((until - begin) * 10)]);
    const inOrder = rows => rows.map(row => row.join(' ')).sort();
    const off = drawn.length === spans.length ? inOrder(drawn).filter((row, at) => {
      const [a, b] = [row, inOrder(spans)[at]].map(text => text.match(/^(.*) (-?\d+) (-?\d+)$/).slice(1));
      return a[0] !== b[0] || !near(Number(a[1]), Number(b[1]), 2) || !near(Number(a[2]), Number(b[2]), Math.max(2, 9 / perMs));
    }) : [`${drawn.length} bars`];
    check(off.length === 0, `${title}: ${off[0]} differs from the JSON, which has ${spans.length} sprites`);
    const workers = new Set(configuration.time_line.spans.map(span => span[0]));
    equal([...figure.querySelectorAll('text')].filter(text => text.textContent.startsWith('worker ')).length, workers.size, `rows of ${name(configuration)}`);
  });
  check(near(Math.max(...scales), Math.min(...scales), .02 * Math.max(...scales)), `the time lines have several scales: ${scales}`);
}

// A tooltip names the sprite and its parts.
async function checkTips() {
  const svg = charts('lines')[0], bars = [...svg.querySelectorAll('rect.span')];
  const isTold = (bar, how) => check(!tip.hidden && tip.textContent === bar.dataset.tip && /\nrecord .*, image .*, rest /.test(tip.textContent), `no tooltip by ${how}: '${tip.textContent}'`);
  const point = (type, target, pointerType) => target.dispatchEvent(new PointerEvent(type, {bubbles: true, pointerType, clientX: 50, clientY: 50}));
  point('pointermove', bars[1], 'mouse');
  isTold(bars[1], 'mouse');
  const box = tip.getBoundingClientRect();
  check(box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight, 'the tooltip is cut off');
  point('pointermove', document.body, 'mouse');
  check(tip.hidden, 'the tooltip stays when the mouse has left');
  point('pointerdown', bars[2], 'touch');
  isTold(bars[2], 'touch');
  point('pointerdown', document.body, 'touch');
  check(tip.hidden, 'the tooltip stays after a touch elsewhere');
  svg.focus();
  await press(svg, 'ArrowRight');
  isTold(bars[0], 'keyboard');
  await press(svg, 'ArrowRight');
  isTold(bars[1], 'the right arrow');
  await press(svg, 'ArrowLeft');
  isTold(bars[0], 'the left arrow');
  svg.blur();
  check(tip.hidden, 'the tooltip stays after the focus has left');
}

async function checkSlides() {
  const shown = () => [...document.querySelectorAll('.slide.shown')];
  document.getElementById('slides').click();
  await frames();
  equal(shown().length, 1, 'slides that are shown');
  check(shown()[0]?.textContent.includes(expected.conclusion[0]), 'the first slide is not the conclusion');
  const count = document.querySelectorAll('.slide').length;
  for (let index = 1; index < count; ++index) {
    await press(document.body, 'ArrowRight');
    equal(shown().length, 1, 'slides that are shown');
    const box = shown()[0].getBoundingClientRect();
    check(near(box.width, innerWidth, 1) && near(box.height, innerHeight, 1), `slide ${index} does not fill the screen`);
    check(shown()[0].scrollWidth <= shown()[0].clientWidth + 1, `slide ${index} is too wide`);
    const svg = shown()[0].querySelector('.chart svg');
    if (svg) check(svg.getBoundingClientRect().bottom <= innerHeight + 1 || innerWidth < 600, `the chart of slide ${index} ends below the screen`);
  }
  check(document.querySelector('#number span').textContent === `${count} / ${count}`, 'the number of the last slide');
  await press(document.body, 'ArrowLeft');
  check(document.querySelector('#number span').textContent === `${count - 1} / ${count}`, 'the number after the left arrow');
  await press(document.body, 'Escape');
  equal(shown().length, 0, 'slides after Escape');
}

async function checkPlay() {
  const which = document.getElementById('which'), by = id => document.getElementById(id);
  equal(which.options.length, configurations.length, 'runs to play');
  const visible = () => [...by('queue').children].filter(item => item.style.visibility === 'visible').length;
  const done = () => [...document.querySelectorAll('.desk b')].reduce((sum, count) => sum + Number(count.textContent), 0);
  which.selectedIndex = 0;
  which.dispatchEvent(new Event('change'));
  equal([visible(), done()], [expected.sprites, 0], 'queue and files before the start');
  equal(document.querySelectorAll('.desk').length, 1, 'workers of serial');
  by('step').click();
  equal([visible(), done()], [expected.sprites - 1, 0], 'queue and files after the first step');
  const [desk] = document.querySelectorAll('.desk'), [what, worker] = [desk.querySelector(':scope > div span'), desk.firstChild];
  check(what.textContent === `record: ${configurations[0].time_line.spans[0][3]}`, `the worker tells '${what.textContent}'`);
  check(worker.scrollWidth <= worker.clientWidth && what.getBoundingClientRect().left >= worker.getBoundingClientRect().right, 'the name of the worker is cut off');
  by('step').click();
  check(visible() >= expected.sprites - 2 && done() === 1, `${done()} files after the second step`);
  by('at').value = 1000;
  by('at').dispatchEvent(new Event('input'));
  equal([visible(), done()], [0, expected.sprites], 'queue and files at the end');
  by('speed').value = '0.1';
  by('start').click();
  equal(by('start').textContent, 'Pause', 'the button while it plays');
  const before = by('clock').textContent;
  for (let i = 0; i < 600 && by('clock').textContent === before; ++i) await frames();
  check(by('clock').textContent !== before, 'it does not play');
  by('start').click();
  equal(by('start').textContent, 'Play', 'the button after the pause');
}

// A second report is drawn beside the first.
async function checkSecond() {
  const other = {...expected, command: 'spritefarm bench --second'}, transfer = new DataTransfer();
  transfer.items.add(new File(['<script type="application/json" id="data">' + JSON.stringify(other).replaceAll('<', '\\u003c') + '<\/script>'], 'second.html'));
  document.body.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: transfer}));
  for (let i = 0; i < 600 && document.getElementById('remove').hidden; ++i) await frames();
  equal(charts('throughput').length, 2 * acts.length, 'charts with a second report');
  const boxes = charts('throughput').slice(0, 2).map(svg => svg.getBoundingClientRect());
  check(innerWidth < 1000 || (near(boxes[0].top, boxes[1].top, 2) && boxes[1].left >= boxes[0].right), 'the second report is not beside the first');
  check(document.getElementById('facts').textContent.includes(other.command), 'the command of the second report is missing');
  checkFits();
  document.getElementById('remove').click();
  await frames();
  equal(charts('throughput').length, acts.length, 'charts without the second report');
  const bad = new DataTransfer();
  bad.items.add(new File(['{}'], 'bad.json'));
  document.body.dispatchEvent(new DragEvent('drop', {bubbles: true, cancelable: true, dataTransfer: bad}));
  for (let i = 0; i < 600 && !document.getElementById('what').textContent.startsWith('bad.json: '); ++i) await frames();
  check(document.getElementById('what').textContent.startsWith('bad.json: this is no report'), 'no message about a file that is no report');
}

async function checkAll() {
  await frames();
  equal(JSON.parse(document.getElementById('data').textContent), expected, 'the data');
  const first = document.querySelector('main section');
  check(first.id === 'conclusions' && [expected, ...expected.further_acts].every(act => act.conclusion.every(sentence => first.textContent.includes(sentence))), 'the conclusion does not come first');
  checkFits();
  checkMarks();
  checkTimeLines();
  for (const figure of document.querySelectorAll('figure')) {
    const svg = figure.querySelector('.chart svg'), title = figure.querySelector('h3').textContent;
    check(svg.getAttribute('role') === 'img' && svg.getAttribute('aria-label').length > title.length + 2, `${title}: a chart without a description`);
    check(svg.querySelector('.unit'), `${title}: an axis without its unit`);
    const details = figure.querySelector('details');
    details.open = true;
    await frames();
    const rows = details.querySelectorAll('tbody tr').length;
    check(rows >= expected.modes.length || rows === expected.sprites, `${title}: a table of ${rows} row(s)`);
  }
  const medians = [...document.querySelectorAll('#throughput tbody tr')].map(row => Number(row.cells[2].textContent));
  equal(medians, configurations.map(configuration => configuration.sprites_per_second.median), 'the table of sprites per second');
  checkFits();
  check(document.getElementById('facts').textContent.includes(expected.command), 'the command is missing');
  for (const details of document.querySelectorAll('details')) details.open = false;
  const same = document.getElementById('same');
  same.click();
  await frames();
  checkFits();
  same.click();
  await checkTips();
  await checkSlides();
  await checkPlay();
  await checkSecond();
  scrollTo(0, 0);
  await frames();
}
checkAll().catch(error => errors.push(String(error.stack || error))).then(() => finish(errors));
