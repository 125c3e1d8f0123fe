/** Of the documentation: buttons that copy, the search of the reference, and its forms to try things out. */

const ANSWER_MAX_CHARS = 100_000;

for (const button of document.querySelectorAll<HTMLButtonElement>('[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}
const search = document.querySelector<HTMLInputElement>('#search');
if (search !== null) startReference(search);

async function copy(button: HTMLButtonElement): Promise<void> {
  const status = button.nextElementSibling!;
  try {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy!)!.textContent);
    button.textContent = 'Copied';
    status.textContent = 'Copied';
  } catch {
    status.textContent = 'This browser does not let the page copy. Select the text instead.';
    status.classList.remove('hidden');
  }
}

function startReference(input: HTMLInputElement): void {
  for (const part of document.querySelectorAll<HTMLElement>('#reference-search, #reference-key')) part.hidden = false;
  const operations = [...document.querySelectorAll<HTMLDetailsElement>('.operation')];
  for (const operation of operations) {
    operation.addEventListener('toggle', () => operation.open && offerTrial(operation), { once: true });
  }
  input.addEventListener('input', () => filter(operations, input.value));
  const linked = operations.find(({ id }) => `#${id}` === location.hash);
  if (linked !== undefined) {
    linked.open = true;
    linked.scrollIntoView();
  }
}

function filter(operations: readonly HTMLDetailsElement[], typed: string): void {
  const words = typed.toLowerCase().split(/\s+/);
  let count = 0;
  for (const operation of operations) {
    const text = operation.querySelector('summary')!.textContent.toLowerCase();
    operation.hidden = !words.every((word) => text.includes(word));
    if (!operation.hidden) count += 1;
  }
  for (const group of document.querySelectorAll<HTMLElement>('.api-group')) {
    group.hidden = group.querySelector('.operation:not([hidden])') === null;
  }
  const status = document.querySelector('#search-count')!;
  status.textContent = typed.trim() === '' ? '' : count === 1 ? 'One operation' : `${count} operations`;
}

interface Field {
  readonly name: string;
  readonly place: string;
  readonly input: HTMLInputElement;
}

function offerTrial(operation: HTMLDetailsElement): void {
  const place = operation.querySelector<HTMLElement>('.try')!;
  const form = document.createElement('form');
  const fields = [...operation.querySelectorAll<HTMLElement>('[data-parameter]')].map((parameter): Field => {
    const { parameter: name, in: where, example, required } = parameter.dataset;
    const input = document.createElement('input');
    Object.assign(input, { type: 'text', value: example ?? '', required: required === 'true', spellcheck: false });
    appendLabelled(form, `${operation.id}-${name}`, name!, input);
    return { name: name!, place: where!, input };
  });
  const example = operation.querySelector('[data-body]');
  const body = example === null ? null : document.createElement('textarea');
  if (body !== null) {
    Object.assign(body, { value: example!.textContent, rows: 8, spellcheck: false });
    appendLabelled(form, `${operation.id}-body`, 'Body', body);
  }
  const button = document.createElement('button');
  button.textContent = 'Try it';
  const answer = document.createElement('pre');
  answer.tabIndex = 0;
  answer.setAttribute('aria-label', 'Answer');
  answer.setAttribute('aria-live', 'polite');
  answer.hidden = true;
  form.append(button, answer);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void ask(operation, fields, body, { button, answer });
  });
  const title = document.createElement('h3');
  title.textContent = 'Try it out';
  place.append(title, form);
  place.hidden = false;
}

function appendLabelled(form: HTMLFormElement, id: string, name: string, input: HTMLElement): void {
  const label = document.createElement('label');
  label.htmlFor = id;
  label.textContent = name;
  input.id = id;
  const line = document.createElement('p');
  line.append(input);
  form.append(label, line);
}

async function ask(
  { dataset }: HTMLDetailsElement,
  fields: readonly Field[],
  body: HTMLTextAreaElement | null,
  { button, answer }: { button: HTMLButtonElement; answer: HTMLElement },
): Promise<void> {
  const headers = new Headers();
  const query = new URLSearchParams();
  let path = dataset.path!;
  for (const { name, place, input } of fields) {
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(input.value));
    else if (input.value !== '' && place === 'query') query.set(name, input.value);
    else if (input.value !== '') headers.set(name, input.value);
  }
  const key = document.querySelector<HTMLInputElement>('#credential')!.value.trim();
  const header = chooseHeader(dataset.headers ?? '', key);
  if (key !== '' && header !== null) headers.set(header, header === 'Authorization' ? `Bearer ${key}` : key);
  if (body !== null) headers.set('content-type', 'application/json');
  button.disabled = true;
  answer.hidden = false;
  try {
    const target = query.size > 0 ? `${path}?${query}` : path;
    const response = await fetch(target, { method: dataset.method!, headers, ...(body && { body: body.value }) });
    answer.textContent = `${response.status} ${response.statusText}\n${await describe(response)}`;
  } catch {
    answer.textContent = 'The server did not answer. Check what was typed, and the connection.';
  } finally {
    button.disabled = false;
  }
}

/** Where one can be sent in several headers, its beginning tells which is meant. */
function chooseHeader(names: string, key: string): string | null {
  const headers = names.split(' ').filter((name) => name !== '');
  if (key.startsWith('pack_')) return headers.find((name) => name === 'X-Pack-Token') ?? headers[0] ?? null;
  const other = headers.filter((name) => name !== 'X-Pack-Token');
  if (key.startsWith('om_')) return other.find((name) => name !== 'Authorization') ?? other[0] ?? null;
  return other[0] ?? headers[0] ?? null;
}

async function describe(response: Response): Promise<string> {
  const type = response.headers.get('content-type') ?? '';
  if (!/^(?:text\/|application\/(?:json|pem))|\+xml/.test(type)) {
    return `${type}, ${(await response.blob()).size} bytes`;
  }
  const text = await response.text();
  const shown = type.startsWith('application/json') && text !== '' ? JSON.stringify(JSON.parse(text), null, 2) : text;
  return shown.slice(0, ANSWER_MAX_CHARS);
}
