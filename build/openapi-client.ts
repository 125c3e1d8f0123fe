import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  MediaType,
  OpenApiDocument,
  Operation,
  Parameter,
  ResponseObject,
  Schema,
} from '../src/http/shared/openapi/document.ts';

export const OPERATIONS_FILE = join(import.meta.dirname, '..', 'src', 'api', 'operations.ts');

const JSON_TYPE = 'application/json';
/** Media types whose bodies are text in the client; it tells them so too. */
const TEXT_TYPE = /^text\/|\+xml$|pem-certificate-chain$/;

/** TypeScript of every operation of a document, and of the schemas that it names: what `src/api/client.ts` builds on. */
export async function generateOperations(document: OpenApiDocument): Promise<string> {
  const operations = Object.entries(document.paths)
    .flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, operation]) => `${comment(operation.summary)}'${name}': ${typeOperation(operation, document)};`);
  const schemas = Object.entries(document.components.schemas ?? {}).map(
    ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeSchema(schema)};\n`,
  );
  return format(
    `/** Made by build/openapi-client.ts from the server's OpenAPI document; not to be edited. */\n\n` +
      `export interface Operations {\n${operations.join('\n')}\n}\n\n${schemas.join('\n')}`,
  );
}

function typeOperation({ parameters = [], requestBody, responses }: Operation, document: OpenApiDocument): string {
  const groups = { path: 'path', query: 'query', header: 'headers' } as const;
  const inputs = Object.entries(groups).flatMap(([place, name]) => {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (here.length === 0) return [];
    const isOptional = here.every(({ required }) => !required);
    return [`${name}${isOptional ? '?' : ''}: { ${here.map(typeParameter).join(' ')} };`];
  });
  const body = requestBody && `body${requestBody.required ? '' : '?'}: ${typeContent(requestBody.content)};`;
  const answers = Object.entries(responses).map(([status, response]) => {
    const { content = {} } = resolve(response, document);
    return `${status}: ${Object.keys(content).length === 0 ? 'null' : typeContent(content)};`;
  });
  return `{ ${inputs.join(' ')} ${body ?? ''} answers: { ${answers.join(' ')} } }`;
}

function typeParameter({ name, required, schema, description }: Parameter): string {
  return `${comment(description ?? schema.description)}${key(name)}${required ? '' : '?'}: ${typeSchema(schema)};`;
}

function resolve(response: ResponseObject, document: OpenApiDocument): ResponseObject {
  return response.$ref === undefined ? response : document.components.responses![response.$ref.split('/').at(-1)!]!;
}

function typeContent(content: Record<string, MediaType>): string {
  const types = Object.entries(content).map(([type, { schema = {} }]) => {
    if (type === JSON_TYPE) return typeSchema(schema);
    return TEXT_TYPE.test(type) ? 'string' : 'Uint8Array<ArrayBuffer>';
  });
  return unite(types);
}

function typeSchema(schema: Schema): string {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1)!;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return unite(schema.enum.map((value) => JSON.stringify(value)));
  if (schema.anyOf !== undefined) return unite(schema.anyOf.map(typeSchema));
  const types = [schema.type ?? (schema.properties === undefined ? 'unknown' : 'object')].flat();
  return unite(types.map((type) => typeOf(type, schema)));
}

function typeOf(type: string, schema: Schema): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `Array<${schema.items === undefined ? 'unknown' : typeSchema(schema.items)}>`;
    case 'object':
      return typeObject(schema);
    default:
      return 'unknown';
  }
}

function typeObject({ properties = {}, patternProperties = {}, additionalProperties, required = [] }: Schema): string {
  const [values] = Object.values(patternProperties);
  if (values !== undefined) return `Record<string, ${typeSchema(values)}>`;
  const fields = Object.entries(properties).map(
    ([name, schema]) =>
      `${comment(schema.description)}${key(name)}${required.includes(name) ? '' : '?'}: ${typeSchema(schema)};`,
  );
  const isOpen = additionalProperties === true || fields.length === 0;
  return `{ ${fields.join('\n')} ${isOpen ? '[name: string]: unknown;' : ''} }`;
}

function unite(types: readonly string[]): string {
  return [...new Set(types)].join(' | ');
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}

function comment(text: string | undefined): string {
  return text === undefined ? '' : `\n/** ${text.replaceAll('*/', '* /').replace(/\s*\n\s*/g, ' ')} */\n`;
}

/** As the rest of the source is formatted. */
async function format(source: string): Promise<string> {
  const biome = join(dirname(createRequire(import.meta.url).resolve('@biomejs/biome/package.json')), 'bin', 'biome');
  return new Promise((resolve, reject) => {
    const args = [biome, 'format', `--stdin-file-path=${OPERATIONS_FILE}`];
    const child = execFile(process.execPath, args, { maxBuffer: 16 * 1024 * 1024 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin!.end(source);
  });
}

/** `node build/openapi-client.ts URL`: from the document of a running server, such as a sandbox. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const response = await fetch(new URL('/api/v1/openapi.json', process.argv[2]));
  await writeFile(OPERATIONS_FILE, await generateOperations((await response.json()) as OpenApiDocument));
}
