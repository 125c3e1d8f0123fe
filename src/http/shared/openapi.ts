import swagger from '@fastify/swagger';
import type { App } from './app.ts';

/** Collects the routes that have a schema; must be called before they are registered. */
export function collectOpenApi(app: App, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Touchmark', version, description: 'Digests in, proofs out: a self-hosted provenance server.' },
    },
    transform: ({ schema, url }) => (schema === undefined ? { schema: { hide: true }, url } : { schema, url }),
  });
}

/** Serves what was collected. It cannot change while the server runs, so it is written once. */
export function registerOpenApi(app: App): void {
  let json: string | undefined;
  app.get('/api/v1/openapi.json', { config: { cors: true } }, (_request, reply) => {
    json ??= JSON.stringify(app.swagger());
    reply.header('cache-control', 'public, max-age=300').type('application/json; charset=utf-8').send(json);
  });
}
