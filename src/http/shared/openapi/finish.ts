import { STATUS_CODES } from 'node:http';
import { CodedError } from '../../../base/coded-error.ts';
import type { ErrorAnswer, Surface } from '../surface.ts';
import type { ApiDescription } from './api-description.ts';
import { hoistTitled } from './components.ts';
import type { OpenApiDocument, Operation, ResponseObject, Schema } from './document.ts';
import { exampleOf } from './example.ts';

/** A surface that is described. */
export interface DescribedSurface extends Surface {
  readonly api: ApiDescription;
}

const JSON_TYPE = 'application/json';
const REQUEST_ID = 'req_01KS9QWHV7PHETYGQAYMHB3DM6';
/** What the collector of routes writes where a schema says nothing. */
const NOTHING_SAID = 'Default Response';

/**
 * Makes a document of collected routes complete: names, what responses mean, every error with the codes it can have,
 * examples, and one place for each schema. An operation names its surface's description in `x-api`.
 */
export function finishDocument(document: OpenApiDocument, surfaces: readonly DescribedSurface[]): OpenApiDocument {
  const byName = new Map(surfaces.map((surface) => [surface.api.name, surface]));
  const errors = new Map<string, ResponseObject>();
  const usedTags = new Set<string>();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const surface = byName.get(String(operation['x-api']));
      delete operation['x-api'];
      operation.operationId = nameOperation(method, path);
      for (const tag of operation.tags ?? []) usedTags.add(tag);
      if (surface !== undefined) describeErrors(operation, surface, errors);
      describeSuccess(operation);
      addExamples(operation);
    }
  }
  const tags = Object.assign({}, ...surfaces.map(({ api }) => api.tags)) as Record<string, string>;
  document.tags = [...usedTags].map((name) => ({ name, description: tags[name] ?? name }));
  document.components.responses = Object.fromEntries([...errors].sort(([a], [b]) => (a < b ? -1 : 1)));
  hoistTitled(document);
  return document;
}

/** `GET /api/v1/certificates/{cert_id}/status` is `getCertificatesCertIdStatus`. */
function nameOperation(method: string, path: string): string {
  const words = path.replace(/^\/api\/(?:v1\/)?/, '/').match(/[A-Za-z0-9]+/g) ?? [];
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return method + (path.startsWith('/api/v1/') ? name : path.startsWith('/api/') ? `Api${name}` : `Root${name}`);
}

/** Every error of the surface's form becomes a reference to what the surface's table has with this status. */
function describeErrors(operation: Operation, surface: DescribedSurface, errors: Map<string, ResponseObject>): void {
  const { api } = surface;
  for (const [status, { content }] of Object.entries(operation.responses)) {
    if (Number(status) < 400 || content?.[JSON_TYPE]?.schema?.title !== (api.errorBody as Schema).title) continue;
    operation.responses[status] = referTo(`${api.name}${status}`, () => composeError(surface, Number(status)), errors);
  }
  operation.responses.default ??= referTo(`${api.name}Error`, () => composeError(surface, null), errors);
}

function referTo(name: string, make: () => ResponseObject, errors: Map<string, ResponseObject>): ResponseObject {
  if (!errors.has(name)) errors.set(name, make());
  return { $ref: `#/components/responses/${name}` };
}

/** `status` null: whatever may come besides. */
function composeError({ api, presentError }: DescribedSurface, status: number | null): ResponseObject {
  const present = (code: string): ErrorAnswer => presentError(new CodedError(code, ''), REQUEST_ID);
  const answers = api.errorCodes.map(present).filter((answer) => answer.status === (status ?? 500));
  const examples = new Map(answers.map(({ body }) => [codeIn(body), { value: body }]));
  const codes = [...examples.keys()].map((code) => `\`${code}\``).join(', ');
  const meaning = STATUS_CODES[status ?? 500]!;
  return {
    description:
      status === null ? 'Any other error; its code says which.' : codes === '' ? meaning : `${meaning}: ${codes}`,
    content: {
      [JSON_TYPE]: { schema: structuredClone(api.errorBody), examples: Object.fromEntries(examples) },
    },
  };
}

function codeIn(body: ErrorAnswer['body']): string {
  const { error, code } = body as { error?: string | { code: string }; code?: string };
  return code ?? (typeof error === 'string' ? error : error!.code);
}

function describeSuccess({ responses }: Operation): void {
  for (const [status, response] of Object.entries(responses)) {
    if (response.description !== NOTHING_SAID) continue;
    response.description = STATUS_CODES[Number(status)] ?? 'An answer';
  }
}

function addExamples({ parameters = [], requestBody, responses }: Operation): void {
  for (const parameter of parameters) {
    if (parameter.in !== 'path' && !parameter.required) continue;
    parameter.example = exampleOf(parameter.schema, parameter.name);
  }
  for (const { content } of [requestBody, ...Object.values(responses)].filter((body) => body !== undefined)) {
    const media = content?.[JSON_TYPE];
    if (media?.schema === undefined || media.example !== undefined || media.examples !== undefined) continue;
    media.example = exampleOf(media.schema);
  }
}
