/**
 * Posts the pages' forms and says in place what came of it; without it the same forms are posted by the browser. Everything
 * it shows is set as text. It has no backslash or backtick, so that it stands here as it is sent.
 */
export const ACCOUNT_SCRIPT = `'use strict';
(() => {
  const ORDER_POLL_MS = 10000;
  const SATS_DIGITS = 8;

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

  for (const form of document.querySelectorAll('form[method=post]')) prepare(form);
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.hidden = false;
    button.addEventListener('click', () => copy(button));
  }
  const order = document.querySelector('[data-order]');
  if (order !== null) followOrder(order);

  function prepare(form) {
    form.noValidate = true;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      send(form);
    });
  }

  async function send(form) {
    forget(form);
    if (!checkFields(form)) return;
    const body = new URLSearchParams(new FormData(form));
    setBusy(form, true);
    try {
      const response = await fetch(location.pathname + location.search, { method: 'POST', headers: { accept: 'application/json' }, body });
      const answer = (await response.json().catch(() => null)) || { problems: { '': 'This did not work. Try again later.' } };
      finish(form, answer);
    } catch {
      tell(form, 'The server cannot be reached. Nothing is known to have changed. Try again.');
    } finally {
      setBusy(form, false);
    }
  }

  function setBusy(form, isBusy) {
    form.setAttribute('aria-busy', String(isBusy));
    for (const button of form.querySelectorAll('button[type=submit]')) button.disabled = isBusy;
  }

  function finish(form, { goTo, say, secret, problems }) {
    if (problems) for (const [name, text] of Object.entries(problems).reverse()) tell(form, text, name);
    else if (secret) reveal(secret);
    else if (say) acknowledge(form, say);
    else location.assign(goTo);
  }

  function acknowledge(form, text) {
    for (const field of form.querySelectorAll('input[type=password]')) field.value = '';
    form.querySelector('.done').textContent = text;
  }

  function reveal(secret) {
    const panel = document.getElementById('secret');
    document.getElementById('secret-text').textContent = secret;
    panel.querySelector('.copied').textContent = '';
    // They show what was before: what could be done with a key there may no longer be possible.
    for (const other of document.querySelectorAll('main > section')) other.hidden = other !== panel;
    panel.focus();
  }

  function checkFields(form) {
    const wrong = [...form.elements].filter((field) => field.willValidate && !field.checkValidity());
    for (const field of wrong.toReversed()) tell(form, field.validationMessage, field.name);
    return wrong.length === 0;
  }

  /** Beside the field with this name, or, without one, of the whole form. */
  function tell(form, text, name) {
    const field = name ? document.getElementById(form.id + '-' + name) : null;
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
