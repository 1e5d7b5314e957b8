(function () {
  'use strict';
  var doc = document, exit = doc.getElementById('exit'), form = doc.getElementById('ask');

  // Leave quickly: the page goes blank at once, the chat is forgotten on the way, and the way back does not lead here.
  function leave(event) {
    if (event) event.preventDefault();
    doc.documentElement.hidden = true;
    doc.title = '…';
    try {
      if (exit.dataset.token) navigator.sendBeacon('/forget', new URLSearchParams({ t: exit.dataset.token, leaving: '1' }));
    } catch (e) { /* leaving comes first */ }
    location.replace(exit.href);
  }
  var escaped = -1e9;
  exit.addEventListener('click', leave);
  doc.addEventListener('keydown', function (e) {
    if (e.key !== 'Escape' || e.repeat) return;
    if (e.timeStamp - escaped < 1500) leave();
    escaped = e.timeStamp;
  });

  // Another page takes this one's place, so that leaving quickly leaves no page of this site behind.
  function stays(e) { return e.defaultPrevented || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey; }
  doc.addEventListener('click', function (e) {
    var a = e.target.closest && e.target.closest('.top a[href^="/"],footer a,.stay a[href^="/"]:not([download])');
    if (!a || stays(e)) return;
    e.preventDefault();
    location.replace(a.href);
  });
  doc.addEventListener('submit', function (e) {
    if (!e.target.matches('.stay form') || !window.URLSearchParams) return;
    e.preventDefault();
    location.replace(e.target.action + '?' + new URLSearchParams(new FormData(e.target)));
  });

  if (!form || !window.fetch || !window.AbortController) return; // the forms work by themselves
  var log = doc.getElementById('log'), box = form.elements.q;

  function line(kind, text, label) {
    var div = doc.createElement('div'), p = doc.createElement('p');
    div.className = 'msg ' + kind;
    div.tabIndex = -1;
    if (label) {
      var span = doc.createElement('span');
      span.className = 'vh';
      span.textContent = label + ' ';
      div.appendChild(span);
    }
    p.textContent = text;
    div.appendChild(p);
    log.appendChild(div);
    return div;
  }

  function nonce() {
    return Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(12)), function (b) { return b.toString(16); }).join('.');
  }

  function send(text, choice, label) {
    var said = line('you', choice ? label : text, form.dataset.you), wait = line('bot', '…', form.dataset.wait);
    var body = new URLSearchParams({ t: form.elements.t.value, n: nonce(), q: choice ? '' : text, choice: choice });
    var stop = new AbortController(), timer = setTimeout(function () { stop.abort(); }, 30000);
    said.scrollIntoView({ block: 'start' });
    fetch('/', { method: 'POST', body: body, headers: { 'X-Requested-With': 'cobijo' }, signal: stop.signal }).then(function (res) {
      var token = res.headers.get('X-Form-Token');
      if (token) form.elements.t.value = exit.dataset.token = token;
      return res.text().then(function (html) { return { ok: res.ok, html: html }; });
    }).then(function (res) {
      var part = doc.createElement('template');
      part.innerHTML = res.html;
      var first = part.content.querySelector('.msg');
      if (!first) throw new Error('no answer');
      if (choice === 'forget') while (log.firstChild !== wait) log.removeChild(log.firstChild);
      log.insertBefore(part.content, wait); // another question may stand below by now
      wait.remove();
      if (res.ok && !choice && box.value.trim() === text) box.value = '';
      show(said, first, choice);
    }).catch(function () {
      var note = line('note', form.dataset.fail);
      log.replaceChild(note, wait);
      show(said, note, choice);
    }).then(function () { clearTimeout(timer); });
  }

  // What was said stands at the top, the answer below it. Who pressed a button goes on reading at the answer; who writes goes
  // on writing, except on a phone, where the keyboard would hide what came.
  function show(said, first, pressed) {
    (said.isConnected ? said : first).scrollIntoView({ block: 'start' });
    if (pressed || window.matchMedia('(pointer: coarse)').matches) first.focus({ preventScroll: true });
    else box.focus({ preventScroll: true });
  }

  form.addEventListener('submit', function (e) {
    if (!('submitter' in e)) return; // an old browser: it cannot tell the buttons apart here, but sends the right one
    var by = e.submitter, choice = by && by.name === 'choice' ? by.value : '', text = box.value.trim();
    e.preventDefault();
    if (/^lang:\w+$/.test(choice)) { location.replace('/?lang=' + choice.slice(5)); return; }
    if (!choice && !text) { box.focus(); return; }
    send(text, choice, by ? by.textContent : '');
  });
  box.addEventListener('keydown', function (e) {
    if (e.key !== 'Enter' || e.shiftKey || e.isComposing) return;
    e.preventDefault();
    form.querySelector('.send').click();
  });
})();
