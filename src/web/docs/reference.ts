import type {
  MediaType,
  OpenApiDocument,
  Operation,
  ResponseObject,
  Schema,
} from '../../http/shared/openapi/document.ts';
import { type Content, type Html, html } from '../pages/html.ts';
import type { SitePage } from '../pages/site-layout.ts';
import { DOCS_HEAD, renderDocsNav } from './nav.ts';

const JSON_TYPE = 'application/json';

/** `GET /docs/api`: every operation of the document, to be read without a script, and tried out with it. */
export function renderReference(document: OpenApiDocument, script: string): SitePage {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const groups = (document.tags ?? []).map(({ name, description }) => ({
    name,
    description,
    members: operations.filter(({ operation }) => operation.tags?.[0] === name),
  }));
  return {
    title: 'API reference',
    description: 'Every operation of this server: what it takes, what it answers, and a form to try it out.',
    section: '/docs',
    head: DOCS_HEAD,
    scripts: [script],
    body: html`${renderDocsNav('api')}
<section class="measure"><h1>API reference</h1>
<p class="lead">Every operation, made from the same description that clients are made from:
<a href="/api/v1/openapi.json">openapi.json</a>. What you try out here goes to this server, and to nobody else.</p>
<div id="reference-search" hidden><label for="search">Search</label>
<p><input type="search" id="search" autocomplete="off" spellcheck="false"></p><p class="hint" role="status" id="search-count"></p></div>
<div id="reference-key" hidden><label for="credential">Key to try things out with</label>
<p><input type="password" id="credential" autocomplete="off" spellcheck="false" aria-describedby="credential-hint"></p>
<p class="hint" id="credential-hint">It stays in this page, and is sent in the header that each operation names. In a sandbox
any will do; on a real server take a test key.</p></div></section>
${groups.map(
  ({
    name,
    description,
    members,
  }) => html`<section class="api-group" aria-labelledby="tag-${name}"><h2 id="tag-${name}">${name}</h2>
<p>${description}</p>
${members.map((member) => renderOperation(member, document))}</section>
`,
)}`,
  };
}

interface Member {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

function renderOperation({ path, method, operation }: Member, document: OpenApiDocument): Html {
  const { operationId: id = '', summary = '', description, parameters = [], requestBody, responses } = operation;
  const media = requestBody?.content[JSON_TYPE];
  return html`<details class="operation" id="${id}" data-method="${method}" data-path="${path}" data-headers="${headersFor(operation, document)}">
<summary><code><b>${method}</b> ${path}</code> <span>${summary}</span></summary>
<div class="sheet">
${description === undefined ? null : html`<p>${description}</p>`}
<p><strong>Who:</strong> ${sayDemands(operation)}</p>
${
  parameters.length === 0
    ? null
    : html`<h3>Parameters</h3><dl class="facts">${parameters.map(
        ({ name, in: place, required, schema, description: says, example }) =>
          html`<div data-parameter="${name}" data-in="${place}" data-example="${example === undefined ? '' : String(example)}" data-required="${required ? 'true' : ''}"><dt><code>${name}</code></dt><dd>${place}, ${sayType(schema)}${required ? ', required' : null}${renderHint(says ?? schema.description)}</dd></div>
`,
      )}</dl>`
}
${media === undefined ? null : html`<h3>Body</h3>${renderSchema(media.schema, document)}<pre tabindex="0" aria-label="Example of the body" data-body><code>${writeJson(media.example)}</code></pre>`}
<h3>Answers</h3>
${Object.entries(responses).map(([status, response]) => renderResponse(status, resolve(response, document), document))}
<div class="try" hidden></div>
</div></details>
`;
}

function renderResponse(status: string, response: ResponseObject, document: OpenApiDocument): Html {
  const name = status === 'default' ? 'Others' : status;
  const isError = status === 'default' || Number(status) >= 400;
  const [[type, media] = [undefined, undefined]] = Object.entries(response.content ?? {});
  const says = html`<strong>${name}</strong> ${renderCodes(response.description ?? '')}`;
  if (type === undefined || media === undefined || isError)
    return html`<p>${says}</p>
`;
  if (type !== JSON_TYPE)
    return html`<p>${says} <code>${type}</code></p>
`;
  return html`<p>${says}</p>${renderSchema(media.schema, document)}${renderExample(media)}
`;
}

function renderExample({ example }: MediaType): Content {
  return example === undefined
    ? null
    : html`<pre tabindex="0" aria-label="Example of the answer"><code>${writeJson(example)}</code></pre>`;
}

/** Fields that say something of themselves. */
function renderSchema(schema: Schema | undefined, document: OpenApiDocument): Content {
  const { properties = {} } = schema === undefined ? {} : follow(schema, document);
  const told = Object.entries(properties).flatMap(([name, field]) => {
    const says = follow(field, document).description;
    return says === undefined
      ? []
      : [
          html`<div><dt><code>${name}</code></dt><dd>${renderCodes(says)}</dd></div>
`,
        ];
  });
  return told.length === 0 ? null : html`<dl class="facts">${told}</dl>`;
}

function follow(schema: Schema, document: OpenApiDocument): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas?.[name] ?? {});
}

function resolve(response: ResponseObject, document: OpenApiDocument): ResponseObject {
  const name = response.$ref?.split('/').at(-1);
  return name === undefined ? response : (document.components.responses?.[name] ?? {});
}

function renderHint(text: string | undefined): Content {
  return text === undefined ? null : html`<br>${renderCodes(text)}`;
}

/** Descriptions have Markdown's code, and nothing else of it. */
function renderCodes(text: string): Content {
  return text.split('`').map((part, i) => (i % 2 === 0 ? part : html`<code>${part}</code>`));
}

function sayType({ type, enum: values, pattern }: Schema): Content {
  if (values !== undefined) return values.map(String).join(' | ');
  const name = [type ?? 'any'].flat().join(' or ');
  return pattern === undefined ? name : [name, ' like ', html`<code>${pattern}</code>`];
}

function sayDemands({ security = [] }: Operation): Content {
  const ways = security.map((way) => Object.keys(way));
  if (ways.every((way) => way.length === 0)) return 'anybody';
  return ways.map((way, i) => [
    i === 0 ? '' : ', or ',
    way.length === 0 ? 'anybody' : html`<code>${way.join(' with ')}</code>`,
  ]);
}

/** Where a key is put: the headers of the operation's schemes, separated by spaces; sessions come by cookie. */
function headersFor({ security = [] }: Operation, { components }: OpenApiDocument): string {
  const schemes = (components.securitySchemes ?? {}) as Readonly<
    Record<string, { type: string; in?: string; name?: string }>
  >;
  const names = security
    .flatMap((way) => Object.keys(way))
    .flatMap((name) => {
      const scheme = schemes[name];
      if (scheme?.type === 'http') return name === 'sessionBearer' ? [] : ['Authorization'];
      return scheme?.in === 'header' ? [scheme.name!] : [];
    });
  return [...new Set(names)].join(' ');
}

function writeJson(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2);
}
