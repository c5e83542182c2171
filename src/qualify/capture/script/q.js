// Qualify's own script. Served as it is here, without lines that are only a comment and without indentation.
//
//   <script>window.q=window.q||function(){(q.q=q.q||[]).push(arguments)}</script>
//   <script async src="https://HOST/q.js?key=KEY"></script>
//
// Before consent nothing is kept in the browser: the id lives in memory and dies with the page.
// Where the browser says Do Not Track or Global Privacy Control, and nobody has agreed here, page views and
// other tracking stay silent; what a person sends with a form still arrives, without an id.
(function (w, d, n) {
  if (w.q && w.q.v) return;
  var tag = d.currentScript || d.querySelector('script[src*="/q.js"]');
  var src = new URL(tag.src, location.href);
  var key = src.searchParams.get('key') || tag.getAttribute('data-key');
  var url = new URL('v1/q', src).href, hosted = new URL('f/', src).href;
  var agreed = tag.getAttribute('data-consent') === 'granted' || undefined;
  var optedOut = n.globalPrivacyControl === true || [n.doNotTrack, w.doNotTrack].indexOf('1') >= 0;
  var queue = [], busy = false, wait = 0, timer, forms = ['[data-q-form]'];
  var anonymous, user, at, from = d.referrer;

  function uuid() {
    if (w.crypto && crypto.randomUUID) return crypto.randomUUID();
    return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, function () {
      return ((w.crypto ? crypto.getRandomValues(new Uint8Array(1))[0] : Math.random() * 256) & 15).toString(16);
    });
  }

  // Storage may be forbidden, full or broken: then memory has to do.
  function store(name, value) {
    try {
      if (value === undefined) return JSON.parse(localStorage.getItem('q.' + name));
      if (value === null) localStorage.removeItem('q.' + name);
      else if (agreed) localStorage.setItem('q.' + name, JSON.stringify(value));
    } catch (e) {}
  }

  function keep() {
    store('agreed', true);
    anonymous = store('id') || anonymous;
    user = user || store('user') || undefined;
    store('id', anonymous);
    store('user', user || null);
    queue = (store('queue') || []).concat(queue);
  }

  function forget() {
    ['agreed', 'said', 'id', 'user', 'queue'].forEach(function (name) { store(name, null); });
    anonymous = uuid();
    user = undefined;
  }

  function silent() {
    return agreed === false || (optedOut && !agreed);
  }

  function put(type, rest) {
    var quiet = silent();
    if (quiet && type !== 'form' && type !== 'consent') return;
    rest = JSON.parse(JSON.stringify(rest)); // as it is now; what cannot be sent fails here and not later
    rest.type = type;
    rest.messageId = uuid();
    rest.timestamp = new Date().toISOString();
    rest.page = { url: location.href, referrer: from, title: d.title };
    if (!quiet) {
      rest.anonymousId = anonymous;
      rest.userId = user;
      rest.agreed = agreed;
    }
    queue.push(rest);
    if (queue.length > 100) queue.shift();
    store('queue', queue);
    if (!busy && !timer) timer = setTimeout(send, 200);
  }

  function body(batch) {
    return JSON.stringify({ key: key, sentAt: new Date().toISOString(), batch: batch });
  }

  // One request at a time; what fails is sent again, later and later; the server knows a messageId again.
  function send() {
    clearTimeout(timer);
    timer = 0;
    if (busy || !queue.length) return;
    var batch = queue.slice(0, 20), text = body(batch);
    busy = true;
    fetch(url, {
      method: 'POST', body: text, credentials: 'omit', headers: { 'Content-Type': 'text/plain' },
      keepalive: text.length < 6e4 // browsers refuse more than 64 kB
    }).then(function (r) {
      if (r.status === 429 || r.status >= 500) throw r;
      done(batch);
      busy = false;
      wait = 0;
      if (queue.length) send();
    }).catch(function (r) {
      busy = false;
      wait = Math.min(wait * 2 || 1000, 60000);
      timer = setTimeout(send, (r.headers && r.headers.get('Retry-After') * 1000) || wait);
    });
  }

  function done(batch) {
    queue = queue.filter(function (m) { return batch.indexOf(m) < 0; });
    store('queue', queue);
  }

  // The page is going: what is left goes by beacon; with consent it also waits for the next page.
  function leave() {
    var batch = queue.slice(0, 20);
    if (batch.length && n.sendBeacon && n.sendBeacon(url, body(batch))) done(batch);
  }

  function page(name, properties) {
    if (silent()) return;
    if (at && at !== location.href) from = at;
    at = location.href;
    put('page', { event: name, properties: properties });
  }

  function moved() {
    if (at && at.split('#')[0] !== location.href.split('#')[0]) page();
  }

  ['pushState', 'replaceState'].forEach(function (name) {
    var own = history[name];
    history[name] = function () {
      var result = own.apply(this, arguments);
      setTimeout(moved);
      return result;
    };
  });

  var PRIVATE = /pass|secret|token|csrf|cvc|cvv|card|iban|ssn/i;

  // Luhn's check digit: what has it and is as long as a card's number is taken for one.
  function isCard(text) {
    var digits = text.replace(/[ -]/g, ''), sum = 0;
    if (!/^\d{13,19}$/.test(digits)) return false;
    for (var i = 0; i < digits.length; i++) {
      var x = digits[digits.length - 1 - i] * (i % 2 + 1);
      sum += x > 9 ? x - 9 : x;
    }
    return sum % 10 === 0;
  }

  function value(field, named) {
    if (!field.name || field.disabled || /^(password|file|submit|button|image|reset)$/.test(field.type)) return;
    if (named.indexOf(field.name) < 0) {
      if (field.type === 'hidden' || PRIVATE.test(field.name) || /^cc-/.test(field.autocomplete)) return;
      if (isCard('' + field.value) && !/phone|mobil/i.test(field.name)) return;
    }
    if (/^(checkbox|radio)$/.test(field.type) && !field.checked) return;
    return field.value;
  }

  function submitted(event) {
    var form = event.target, values = {}, email;
    if (!forms.some(function (s) { return form.matches(s); })) return;
    var named = (form.getAttribute('data-q-include') || '').split(/[ ,]+/);
    [].forEach.call(form.elements, function (field) {
      var found = value(field, named), name = field.name;
      if (!found) return;
      if (!email && found.indexOf('@') > 0 && (field.type === 'email' || /mail/i.test(name))) email = found;
      values[name] = values[name] ? [].concat(values[name], found) : found;
    });
    put('form', {
      event: form.getAttribute('data-q-form') || undefined, values: values, email: email,
      form: { id: form.id, name: form.getAttribute('name') }
    });
    send();
  }

  // Our own forms, behind a link or in a frame, are told whose browser it is: what is sent there is theirs. A frame is
  // told once, and not while somebody is in it: it loads anew.
  function tell(element, name) {
    var to = '' + element[name];
    if (to.indexOf(hosted) || silent() || /[?&]aid=/.test(to)) return;
    to = new URL(to);
    to.searchParams.set('aid', anonymous);
    element[name] = to.href;
  }

  function frames() {
    [].forEach.call(d.querySelectorAll('iframe[src]'), function (frame) {
      if (!frame.q && frame !== d.activeElement) tell(frame, 'src');
      frame.q = 1;
    });
  }

  function clicked(event) {
    var link = event.target.closest && event.target.closest('a[href]');
    if (link) tell(link, 'href');
    setTimeout(frames);
  }

  var verbs = {
    page: page,
    track: function (kind, properties) { put('track', { event: kind, properties: properties }); },
    identify: function (id, traits) {
      if (id && typeof id === 'object') { traits = id; id = undefined; }
      if (silent()) return;
      if (id) store('user', user = '' + id);
      put('identify', { traits: traits });
    },
    group: function (id, traits) { put('group', { groupId: id, traits: traits }); },
    watch: function (selector) { forms.push(selector); },
    reset: function () { store('user', user = null); store('id', anonymous = uuid()); },
    consent: function (given, text) {
      var said = JSON.stringify(given);
      if (given.process && !agreed) {
        agreed = true;
        keep();
      }
      if (agreed && store('said') === said) return; // consent managers say it on every page
      if (given.process === false) queue = [];
      put('consent', { consent: given, text: text });
      store('said', said);
      if (given.process === false) {
        forget();
        agreed = false;
      }
      if (given.process && !at) page();
    }
  };

  function q(verb) {
    try {
      verbs[verb].apply(null, [].slice.call(arguments, 1));
    } catch (e) {
      console.error('q(' + verb + ')', e);
    }
  }

  anonymous = uuid();
  if (agreed || store('agreed')) {
    agreed = true;
    keep();
  }
  var early = (w.q && w.q.q) || [];
  q.v = 1;
  w.q = q;
  d.addEventListener('submit', submitted, true);
  d.addEventListener('click', clicked, true);
  d.addEventListener('DOMContentLoaded', frames);
  w.addEventListener('popstate', moved);
  w.addEventListener('pagehide', leave);
  d.addEventListener('visibilitychange', function () { if (d.visibilityState === 'hidden') leave(); });
  for (var i = 0; i < early.length; i++) q.apply(null, early[i]);
  if (tag.getAttribute('data-auto') !== 'false' && !at && !silent()) page();
  frames();
})(window, document, navigator);
