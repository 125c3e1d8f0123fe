import type { OpenApiDocument, Schema } from './document.ts';

/** Moves every schema that has a title to the components, and leaves references. Throws when two differ under one title. */
export function hoistTitled(document: OpenApiDocument): void {
  const schemas: Record<string, Schema> = {};
  const texts = new Map<string, string>();

  const hoist = (schema: Schema): Schema => {
    const inner = mapInner(schema, hoist);
    const { title } = inner;
    if (title === undefined) return inner;
    const text = JSON.stringify(inner);
    if (texts.get(title) !== undefined && texts.get(title) !== text) throw new Error(`two schemas are ${title}`);
    texts.set(title, text);
    schemas[title] = inner;
    return { $ref: `#/components/schemas/${title}` };
  };

  const bodies = Object.values(document.paths)
    .flatMap((item) => Object.values(item))
    .flatMap(({ requestBody, responses }) => [requestBody, ...Object.values(responses)])
    .concat(Object.values(document.components.responses ?? {}));
  for (const body of bodies) {
    for (const media of Object.values(body?.content ?? {})) if (media.schema) media.schema = hoist(media.schema);
  }
  document.components.schemas = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mapInner(schema: Schema, map: (schema: Schema) => Schema): Schema {
  const mapAll = (all: Record<string, Schema>) =>
    Object.fromEntries(Object.entries(all).map(([name, inner]) => [name, map(inner)]));
  const { properties, patternProperties, additionalProperties, items, anyOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapAll(properties) }),
    ...(patternProperties && { patternProperties: mapAll(patternProperties) }),
    ...(typeof additionalProperties === 'object' && { additionalProperties: map(additionalProperties) }),
    ...(items && { items: map(items) }),
    ...(anyOf && { anyOf: anyOf.map(map) }),
  };
}
