/**
 * Sends the pages' forms as JSON to the routes that programs use, and says what came of it. Everything it shows is set
 * as text. It has no backslash or backtick, so that it stands here as it is sent.
 */
export const ACCOUNT_SCRIPT = `'use strict';
(() => {
  const ORDER_POLL_MS = 10000;
  const SATS_DIGITS = 8;

  const TEXTS = {
    INVALID_EMAIL_OR_PASSWORD: 'This e-mail address and this password do not belong together.',
    INVALID_EMAIL: 'This is not an e-mail address.',
    INVALID_PASSWORD: 'This is not your password.',
    EMAIL_NOT_VERIFIED: 'This address is not confirmed yet. Open the link in the mail we sent you, or ask for a new one below.',
    INVALID_TOKEN: 'This link does not work any more. Ask for a new one below.',
    TOKEN_EXPIRED: 'This link does not work any more. Ask for a new one below.',
    PASSWORD_TOO_SHORT: 'This password is too short.',
    PASSWORD_TOO_LONG: 'This password is too long.'
  };

  const ORDER_TEXTS = {
    awaiting_payment: 'Waiting for your payment.',
    seen: 'Payment seen. Waiting for the next block.',
    confirming: 'Payment is in a block. Waiting for more blocks on top of it.',
    paid: 'Paid. Your token is on its way by mail.',
    late: 'Paid. Your token is on its way by mail.',
    underpaid: 'Less than the price has come.',
    expired: 'The time to pay is over. Do not pay any more: make a new order.'
  };
  const ORDER_ENDS = ['paid', 'late'];

  for (const form of document.querySelectorAll('form[data-api]')) prepare(form);
  for (const button of document.querySelectorAll('[data-copy]')) button.addEventListener('click', () => copy(button));
  const order = document.querySelector('[data-order]');
  if (order !== null) followOrder(order);
  const sessions = document.querySelector('[data-sessions]');
  if (sessions !== null) listSessions(sessions);

  function prepare(form) {
    form.noValidate = true;
    setBusy(form, false);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(form);
    });
  }

  async function send(form) {
    forget(form);
    if (!checkFields(form)) return;
    const { api, method } = form.dataset;
    const request = { method, headers: { accept: 'application/json' } };
    if (method !== 'DELETE') {
      request.headers['content-type'] = 'application/json';
      request.body = JSON.stringify(collect(form));
    }
    setBusy(form, true);
    try {
      if ('byToken' in form.dataset) {
        const answer = await fetch('/api/auth/token');
        if (!answer.ok) return refuse(form, answer, {});
        request.headers.authorization = 'Bearer ' + (await answer.json()).token;
      }
      const response = await fetch(api, request);
      const answer = (await response.json().catch(() => null)) || {};
      if (response.ok) finish(form, answer);
      else refuse(form, response, answer);
    } catch {
      tell(form, 'The server cannot be reached. Nothing is known to have changed. Try again.');
    } finally {
      setBusy(form, false);
    }
  }

  async function listSessions(place) {
    const [sessions, own] = await Promise.all(['/api/auth/list-sessions', '/api/auth/get-session'].map(async (path) => (await fetch(path)).json())).catch(() => [null]);
    if (!Array.isArray(sessions)) {
      place.textContent = 'They cannot be shown now.';
      return;
    }
    place.replaceChildren(...sessions.map((session) => showSession(session, own && own.session && own.session.token === session.token)));
  }

  function showSession({ token, userAgent, ipAddress, createdAt }, isThis) {
    const item = document.createElement('li');
    const name = document.createElement('p');
    name.textContent = (userAgent || 'An unnamed program') + (isThis ? ' (this one)' : '');
    const hint = document.createElement('p');
    hint.className = 'hint';
    hint.textContent = 'since ' + String(createdAt).slice(0, 16).replace('T', ', ') + (ipAddress ? ', from ' + ipAddress : '');
    item.append(name, hint);
    if (!isThis) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'quiet';
      button.textContent = 'Sign it out';
      button.addEventListener('click', async () => {
        button.disabled = true;
        const body = JSON.stringify({ token });
        const response = await fetch('/api/auth/revoke-session', { method: 'POST', headers: { 'content-type': 'application/json' }, body }).catch(() => null);
        if (response !== null && response.ok) item.remove();
        else button.disabled = false;
      });
      item.append(button);
    }
    return item;
  }

  function setBusy(form, isBusy) {
    form.setAttribute('aria-busy', String(isBusy));
    for (const button of form.querySelectorAll('button[type=submit]')) button.disabled = isBusy;
  }

  function collect(form) {
    const fields = {};
    for (const { name, value, checked, dataset } of form.elements) {
      if (name === '' || dataset.as === 'file') continue;
      if (value === '' && dataset.whenEmpty === 'omit') continue;
      const path = name.split('.');
      const last = path.pop();
      let place = fields;
      for (const part of path) place = place[part] = place[part] || {};
      if (dataset.as === 'set') place[last] = (place[last] || []).concat(checked ? [value] : []);
      else if (dataset.as === 'yes') place[last] = checked;
      else place[last] = value === '' && dataset.whenEmpty === 'null' ? null : convert(value, dataset.as);
    }
    return fields;
  }

  function convert(value, as) {
    if (as === 'boolean') return value === 'true';
    if (as === 'number') return Number(value);
    if (as === 'json') return JSON.parse(value);
    return as === 'list' ? [value] : value;
  }

  function finish(form, answer) {
    const { goTo, append, say } = form.dataset;
    if ('reveals' in form.dataset) reveal(form, String(answer.secret));
    else if (goTo !== undefined) location.assign(goTo + (append === undefined ? '' : encodeURIComponent(answer[append])));
    else if (say !== undefined) acknowledge(form, say);
    else location.reload();
  }

  function acknowledge(form, text) {
    for (const field of form.querySelectorAll('input[type=password]')) field.value = '';
    form.querySelector('.done').textContent = text;
  }

  function reveal(form, secret) {
    const panel = document.getElementById('secret');
    document.getElementById('secret-text').textContent = secret;
    panel.querySelector('.copied').textContent = '';
    // They show what was before: what could be done with a key there may no longer be possible.
    for (const other of document.querySelectorAll('main > section')) other.hidden = other !== panel;
    panel.focus();
  }

  function refuse(form, response, answer) {
    if (response.status === 401 && 'signedIn' in document.body.dataset) {
      location.assign('/account/sign-in?next=' + encodeURIComponent(location.pathname + location.search));
      return;
    }
    const error = answer.error;
    const code = typeof error === 'string' ? error : (error || answer).code;
    const message = TEXTS[code] || (error && error.message) || answer.message;
    if (response.status === 429) tell(form, 'Too many tries. Try again ' + sayWait(response.headers.get('retry-after')) + '.');
    else if (!tellProblems(form, error)) tell(form, message || 'This did not work. Try again later.', findField(form, code));
  }

  function sayWait(seconds) {
    const minutes = Math.ceil(Number(seconds) / 60);
    if (!(minutes > 0)) return 'later';
    if (minutes > 90) return 'in ' + Math.ceil(minutes / 60) + ' hours';
    return minutes === 1 ? 'in a minute' : 'in ' + minutes + ' minutes';
  }

  function isJson(text) {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  }

  /** False when the answer names no field of the form. */
  function tellProblems(form, error) {
    const problems = (error && error.details && error.details.errors) || [];
    const fieldOf = ({ field }) => form.elements[field.replaceAll('/', '.')];
    const named = problems.filter((problem) => fieldOf(problem) && fieldOf(problem).id);
    for (const problem of named.toReversed()) tell(form, 'This ' + problem.message + '.', fieldOf(problem));
    const others = problems.filter((problem) => !named.includes(problem)).map(({ field, message }) => field + ' ' + message);
    if (others.length > 0) tell(form, others.join('; ') + '.');
    return problems.length > 0;
  }

  function findField(form, code) {
    return [...form.elements].find(({ dataset }) => (dataset.codes || '').split(' ').includes(code));
  }

  function checkFields(form) {
    for (const field of form.elements) {
      if (field.dataset.as === 'json') field.setCustomValidity(field.value === '' || isJson(field.value) ? '' : 'This is no JSON.');
    }
    const wrong = [...form.elements].filter((field) => field.willValidate && !field.checkValidity());
    for (const field of wrong.toReversed()) tell(form, field.validationMessage, field);
    return wrong.length === 0;
  }

  function tell(form, text, field) {
    const place = field && document.getElementById(field.id + '-error');
    (place || form.querySelector('.error[role=alert]')).textContent = text;
    if (!place) return;
    field.setAttribute('aria-invalid', 'true');
    field.focus();
  }

  function forget(form) {
    for (const place of form.querySelectorAll('.error, .done')) place.textContent = '';
    for (const field of form.elements) field.removeAttribute('aria-invalid');
  }

  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const status = button.closest('section').querySelector('.copied');
    try {
      await navigator.clipboard.writeText(source.textContent);
      status.textContent = 'Copied.';
    } catch {
      getSelection().selectAllChildren(source);
      status.textContent = 'It is marked: copy it with your keyboard.';
    }
  }

  async function followOrder(panel) {
    for (;;) {
      const response = await fetch(panel.dataset.order).catch(() => null);
      const answer = response === null ? null : await response.json().catch(() => null);
      if (response !== null && (response.status === 404 || response.status === 400)) {
        show(panel, 'status', 'There is no such order.');
        panel.querySelector('.payment').hidden = true;
        return;
      }
      if (answer !== null && response.ok) {
        showOrder(panel, answer);
        if (ORDER_ENDS.includes(answer.status)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, ORDER_POLL_MS));
    }
  }

  function showOrder(panel, { status, address, amount_sats, expires_at, tx_hash, note }) {
    const sats = String(amount_sats).padStart(SATS_DIGITS + 1, '0');
    show(panel, 'status', ORDER_TEXTS[status] || status);
    show(panel, 'amount', sats.slice(0, -SATS_DIGITS) + '.' + sats.slice(-SATS_DIGITS));
    show(panel, 'note', note || '');
    show(panel, 'address', address);
    show(panel, 'expires', expires_at.slice(0, 16).replace('T', ', '));
    if (tx_hash) show(panel, 'transaction', tx_hash);
    panel.querySelector('img').hidden = status !== 'awaiting_payment' && status !== 'underpaid';
  }

  function show(panel, name, text) {
    const place = panel.querySelector('[data-show=' + name + ']');
    // Said again only when it is something else: a screen reader would repeat it with every look.
    if (place.textContent !== text) place.textContent = text;
  }
})();
`;
