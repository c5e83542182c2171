// As much of a browser as q.js looks at, with a clock that is moved by hand. Reads {script, stub, scenario}
// from standard input, runs the scenario (the body of an async function of `visit` and `form`), and writes
// what it returns as JSON.
const vm = require('vm');
const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));

function visit(options = {}) {
  const page = { sent: [], beacons: [], touched: [], errors: [], storage: options.storage || {}, frames: options.frames || [] };
  const listeners = {}, replies = options.replies || [];
  let timers = [], clock = 0, number = 0;
  const listen = (name, work) => (listeners[name] = listeners[name] || []).push(work);
  const attributes = { src: 'https://q.example/q.js?key=wk_1', ...options.attributes };
  const tag = { src: attributes.src, getAttribute: (name) => (name in attributes ? attributes[name] : null) };
  const location = new URL(options.url || 'https://x.example/a');
  const go = (_state, _title, url) => { location.href = new URL(url, location.href).href; };
  const allowed = () => { if (options.noStorage) throw new Error('forbidden'); };
  const document = {
    currentScript: tag, referrer: options.referrer || '', title: 'A page', visibilityState: 'visible',
    addEventListener: listen, activeElement: null,
    querySelectorAll: (selector) => (selector === 'iframe[src]' ? page.frames : []),
    get cookie() { page.touched.push('cookie'); return ''; },
    set cookie(_) { page.touched.push('cookie'); }
  };
  const w = {
    URL, location, document, addEventListener: listen, history: { pushState: go, replaceState: go },
    console: { error: (...words) => page.errors.push(words.join(' ')) },
    crypto: options.old ? undefined : require('crypto').webcrypto,
    localStorage: {
      getItem: (name) => { allowed(); return name in page.storage ? page.storage[name] : null; },
      setItem: (name, value) => { allowed(); page.touched.push('localStorage'); page.storage[name] = value; },
      removeItem: (name) => { allowed(); delete page.storage[name]; }
    },
    setTimeout: (work, after = 0) => { timers.push({ id: ++number, at: clock + after, work }); return number; },
    clearTimeout: (id) => { timers = timers.filter((one) => one.id !== id); },
    navigator: {
      globalPrivacyControl: options.gpc, doNotTrack: options.dnt ? '1' : null,
      sendBeacon: (url, body) => { page.beacons.push(JSON.parse(body)); return options.beacon !== false; }
    },
    fetch: (url, init) => {
      page.sent.push({ url, at: clock, ...init, body: JSON.parse(init.body), size: init.body.length });
      const reply = replies.length ? replies.shift() : 200;
      if (reply === 'down') return Promise.reject(new TypeError('Failed to fetch'));
      const headers = reply.headers || {};
      return Promise.resolve({ status: reply.status || reply, headers: { get: (name) => headers[name] || null } });
    }
  };
  w.window = w;
  vm.createContext(w);
  vm.runInContext(given.stub, w);
  (options.early || []).forEach((call) => w.q(...call));
  page.load = () => vm.runInContext(given.script, w);
  page.load();
  page.q = (...call) => w.q(...call);
  page.window = w;
  page.click = (link) => page.fire('click', { target: { closest: () => link } });
  page.fire = (name, event = {}) => (listeners[name] || []).forEach((work) => work(event));
  page.wait = async (milliseconds = 300) => {
    const until = clock + milliseconds;
    for (;;) {
      await new Promise(setImmediate);
      const due = timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      timers = timers.filter((one) => one !== due);
      clock = due.at;
      due.work();
    }
    clock = until;
    return page;
  };
  page.messages = () => page.sent.flatMap((one) => one.body.batch);
  return page;
}

function form(attributes, ...fields) {
  const elements = fields.map(([name, value, type = 'text', rest = {}]) => (
    { name, value, type, autocomplete: '', ...rest }));
  return {
    id: attributes.id || '', elements, getAttribute: (name) => (name in attributes ? attributes[name] : null),
    matches: (selector) => (selector[0] === '#' ? selector === `#${attributes.id}` : selector.slice(1, -1) in attributes)
  };
}

const work = new Function('visit', 'form', `return (async () => {${given.scenario}})()`);
work(visit, form).then(
  (result) => process.stdout.write(JSON.stringify(result)),
  (error) => { process.stderr.write(String(error.stack || error)); process.exit(1); }
);
